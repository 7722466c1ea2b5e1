import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { TOPICS, logPartition } from '@headwater/event-contracts';
import type { LogTail, Offset, Partition } from '@headwater/event-sourcing';
import { isPassing, kafkaError } from './errors.js';
import type { KafkaLogBounds } from './kafka-event-log.js';
import type { PageCache } from './page-cache.js';
import { kafkaPartition, type KafkaPartition, type TopicNames } from './topic-names.js';
import type { FetchFrom, Fetched, TopicReader } from './topic-reader.js';

/** How long to wait after a broker failed, before the brokers are looked up anew. */
const PAUSE_MILLISECONDS = 100;
/** How long a broker waits where nothing comes, and where a partition is left out of the request because it was read far enough ahead. */
const WAIT_MILLISECONDS = { all: 500, some: 20 } as const;
/** Who has not waited for a partition for so long reads it from the log itself, or does not read it any more. */
const FOLLOWED_MILLISECONDS = 3000;

type After = ReadonlyMap<Partition, Offset>;

/** A partition that somebody waits at the end of, or did a moment ago: what he was given then he is still working on. */
interface Followed {
  /** The offset that is fetched next: what lies before was fetched, or was read. */
  next: number;
  /** When it was waited for last. */
  at: number;
  /** It ends before `next`, or it begins after it. */
  end?: 'before' | 'trimmed';
}

interface TailOptions {
  /** Has connections of its own: a broker that waits answers nothing else on the same one. */
  readonly waiting: TopicReader;
  readonly asking: TopicReader;
  readonly topics: TopicNames;
  readonly pages: PageCache;
  readonly bounds: Pick<KafkaLogBounds, 'pageBytes' | 'tailBytes' | 'cachedCharacters'>;
}

/**
 * Waits at the ends of partitions: one request to each broker, for all of its partitions, which the broker answers as soon as one of them has
 * anything. It reads on while what it brought is worked on, so that a reader who comes back finds what came meanwhile. What was fetched is kept
 * for the reads that follow.
 */
export class Tail implements LogTail {
  readonly #options: TailOptions;
  readonly #followed = new Map<Partition, Followed>();
  /** By broker, what it was asked for and has not answered yet: from which offset of each partition. */
  readonly #underWay = new Map<string, ReadonlyMap<Partition, number>>();
  readonly #waiting = new Set<() => void>();
  #asking = false;
  #askAgain = false;
  #closed = false;
  /** Why the last request failed; none since one was answered. */
  #failure: unknown;

  constructor(options: TailOptions) {
    this.#options = options;
  }

  async arrivals(after: After, milliseconds: number): Promise<readonly Partition[]> {
    const deadline = performance.now() + milliseconds;
    if (after.size === 0) return sleep(milliseconds, []);
    this.#follow(after);
    await this.#catchUp(after);
    // Every answer of a broker comes by here, also that nothing came.
    for (;;) {
      const found = this.#found(after);
      if (found.length > 0) return found;
      const left = deadline - performance.now();
      if (this.#failure !== undefined && (left <= 0 || !isPassing(this.#failure))) throw kafkaError('Waiting for entries', this.#failure);
      if (left <= 0) return [];
      for (const partition of after.keys()) this.#stillWanted(partition);
      this.#ask();
      await this.#answer(left);
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#options.waiting.close();
  }

  #follow(after: After): void {
    const at = performance.now();
    for (const [partition, offset] of after) {
      const known = this.#followed.get(partition);
      const isKept = this.#options.pages.after(partition, offset).length > 0;
      // What lies here was read, by whomever.
      if (!isKept) this.#options.pages.drop(partition);
      // What was fetched beyond is still here, or there is nothing beyond: anything else is forgotten, and fetched again.
      if (known !== undefined && (isKept || known.next === offset + 1)) Object.assign(known, { at, end: undefined });
      else this.#followed.set(partition, { next: offset + 1, at });
    }
  }

  #stillWanted(partition: Partition): void {
    const followed = this.#followed.get(partition);
    if (followed !== undefined) followed.at = performance.now();
  }

  /** What lies there already is asked for at once, where the requests under way do not ask for it. */
  async #catchUp(after: After): Promise<void> {
    const found = new Set(this.#found(after));
    const missed = [...after.keys()].filter((partition) => !found.has(partition) && !this.#isAskedFor(partition));
    if (missed.length === 0) return;
    await this.#trying(async () => {
      const { asking } = this.#options;
      const brokers = await asking.byBroker(this.#from(missed, this.#options.bounds.pageBytes));
      const wait = { milliseconds: 0, maxBytes: this.#options.bounds.tailBytes };
      for (const [nodeId, from] of brokers) this.#keep(await asking.waitAt(nodeId, from, wait));
    });
  }

  #isAskedFor(partition: Partition): boolean {
    const { next, end } = this.#followed.get(partition) ?? {};
    return end !== undefined || [...this.#underWay.values()].some((asked) => asked.get(partition) === next);
  }

  /** Those of the partitions that have something to read; that a partition was trimmed is said by reading it. */
  #found(after: After): readonly Partition[] {
    const { pages } = this.#options;
    const isFound = (partition: Partition, offset: Offset): boolean =>
      this.#followed.get(partition)?.end === 'trimmed' || pages.after(partition, offset).length > 0;
    return [...after].flatMap(([partition, offset]) => (isFound(partition, offset) ? [partition] : []));
  }

  /** Asks the brokers that have nothing to answer. */
  #ask(): void {
    this.#askAgain = true;
    if (!this.#asking) void this.#askAsLongAsWanted();
  }

  async #askAsLongAsWanted(): Promise<void> {
    this.#asking = true;
    while (this.#askAgain && !this.#closed) {
      this.#askAgain = false;
      await this.#askAll();
    }
    this.#asking = false;
  }

  async #askAll(): Promise<void> {
    const followed = this.#stillFollowed();
    const wanted = followed.filter((partition) => this.#followed.get(partition)?.end === undefined && !this.#isFull(partition));
    if (wanted.length === 0) return;
    const milliseconds = wanted.length === followed.length ? WAIT_MILLISECONDS.all : WAIT_MILLISECONDS.some;
    const failed = await this.#trying(async () => {
      const brokers = await this.#options.waiting.byBroker(this.#from(wanted, this.#ahead));
      for (const [nodeId, from] of brokers) if (!this.#underWay.has(nodeId)) void this.#waitAt(nodeId, from, milliseconds);
    });
    if (failed) await sleep(PAUSE_MILLISECONDS);
  }

  async #waitAt(nodeId: string, from: readonly FetchFrom[], milliseconds: number): Promise<void> {
    this.#underWay.set(nodeId, new Map(from.map((one) => [this.#partitionOf(one), one.offset])));
    const wait = { milliseconds, maxBytes: this.#options.bounds.tailBytes };
    const failed = await this.#trying(async () => this.#keep(await this.#options.waiting.waitAt(nodeId, from, wait)));
    if (failed) await sleep(PAUSE_MILLISECONDS);
    this.#underWay.delete(nodeId);
    this.#ask();
  }

  /** Partitions that are followed; the others are forgotten. */
  #stillFollowed(): readonly Partition[] {
    const since = performance.now() - FOLLOWED_MILLISECONDS;
    for (const [partition, { at }] of this.#followed) if (at < since) this.#followed.delete(partition);
    return [...this.#followed.keys()];
  }

  /** How far a partition is read ahead, so that no page is dropped for another one's before it is read: to this, and at most once over it. */
  get #ahead(): number {
    const { cachedCharacters, pageBytes } = this.#options.bounds;
    return Math.min(pageBytes, Math.ceil(cachedCharacters / (4 * Math.max(1, this.#followed.size))));
  }

  #isFull(partition: Partition): boolean {
    return this.#options.pages.charactersOf(partition) >= this.#ahead;
  }

  #from(partitions: readonly Partition[], maxBytes: number): readonly FetchFrom[] {
    const { topics } = this.#options;
    return partitions.map((partition) => ({
      ...kafkaPartition(topics, partition),
      offset: this.#followed.get(partition)?.next ?? 0,
      maxBytes,
    }));
  }

  #keep(fetched: readonly Fetched[]): void {
    this.#failure = undefined;
    for (const { entries, from, ...place } of fetched) {
      const partition = this.#partitionOf(place);
      const followed = this.#followed.get(partition);
      const last = entries.at(-1);
      // Whoever has gone elsewhere meanwhile has not asked for this.
      if (last === undefined || followed?.next !== from) continue;
      this.#options.pages.append(partition, from, entries);
      followed.next = last.offset + 1;
    }
    this.#wake();
  }

  /** @returns whether it failed; those who wait are told. */
  async #trying(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return false;
    } catch (error) {
      const partition =
        error instanceof kafkajs.KafkaJSOffsetOutOfRange ? this.#partitionOf({ topic: error.topic, index: error.partition }) : undefined;
      if (partition === undefined || !(await this.#isEndOf(partition))) this.#failure = error;
      this.#wake();
      return true;
    }
  }

  /** Notes why a partition has nothing at the offset that was asked for. */
  async #isEndOf(partition: Partition): Promise<boolean> {
    const followed = this.#followed.get(partition);
    if (followed === undefined) return true;
    const { next } = followed;
    const first = await this.#options.asking.offsetOf('first', kafkaPartition(this.#options.topics, partition)).catch(() => undefined);
    // Beyond the end: nothing can come before the end does.
    if (first !== undefined && followed.next === next) followed.end = next < first ? 'trimmed' : 'before';
    return first !== undefined;
  }

  /** Returns when there may be something new, or after so many milliseconds. */
  async #answer(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.ceil(milliseconds));
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #partitionOf({ topic: name, index }: KafkaPartition): Partition {
    const topic = TOPICS.find((one) => this.#options.topics[one] === name);
    if (topic === undefined) throw new Error(`${name} is no topic of this log.`);
    return logPartition({ topic, index });
  }
}
