import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { logPartition, TOPICS } from '@headwater/event-contracts';
import type { LogTail, Offset, Partition } from '@headwater/event-sourcing';
import { isPassing, kafkaError } from './errors.js';
import type { KafkaLogBounds } from './kafka-event-log.js';
import type { PageCache } from './page-cache.js';
import { kafkaPartition, type KafkaPartition, type TopicNames } from './topic-names.js';
import type { FetchFrom, Fetched, TopicReader } from './topic-reader.js';

/** How long to wait after a broker failed, before the brokers are looked up anew. */
const PAUSE_MILLISECONDS = 100;

type After = ReadonlyMap<Partition, Offset>;

/**
 * Waits at the ends of partitions: one request per broker, for all of its partitions, which the broker answers as soon as one of them has
 * anything. What came with an answer is kept for the reads that follow.
 */
export class Tail implements LogTail {
  readonly #reader: TopicReader;
  readonly #topics: TopicNames;
  readonly #pages: PageCache;
  readonly #bounds: Pick<KafkaLogBounds, 'pageBytes' | 'tailBytes'>;
  /** By broker, the request that it has not answered yet: it takes one at a time. */
  readonly #waits = new Map<string, Promise<void>>();

  constructor(reader: TopicReader, topics: TopicNames, pages: PageCache, bounds: Pick<KafkaLogBounds, 'pageBytes' | 'tailBytes'>) {
    this.#reader = reader;
    this.#topics = topics;
    this.#pages = pages;
    this.#bounds = bounds;
  }

  async arrivals(after: After, milliseconds: number): Promise<readonly Partition[]> {
    const deadline = performance.now() + milliseconds;
    const wrong = new Set<Partition>();
    if (after.size === 0) await sleep(milliseconds);
    for (let left = milliseconds; after.size > 0; left = deadline - performance.now()) {
      const found = this.#kept(after);
      if (found.length > 0) return found;
      if (left < 0) return [];
      const asked = new Map([...after].filter(([partition]) => !wrong.has(partition)));
      try {
        await this.#wait(asked, Math.ceil(left));
      } catch (error) {
        const partition = this.#outOfRange(error);
        if (partition !== undefined) {
          // Trimmed: reading it says so. Beyond the end: nothing can come before the end does.
          if (await this.#isTrimmed(partition, after.get(partition))) return [partition];
          wrong.add(partition);
        } else if (!isPassing(error) || deadline - performance.now() < PAUSE_MILLISECONDS) {
          throw kafkaError('Waiting for entries', error);
        } else {
          await sleep(PAUSE_MILLISECONDS);
        }
      }
    }
    return [];
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  #kept(after: After): readonly Partition[] {
    return [...after].filter(([partition, offset]) => this.#pages.after(partition, offset).length > 0).map(([partition]) => partition);
  }

  /** Returns when the first of the brokers has answered. */
  async #wait(after: After, milliseconds: number): Promise<void> {
    if (after.size === 0) {
      await sleep(milliseconds);
      return;
    }
    const { pageBytes, tailBytes } = this.#bounds;
    const from = [...after].map(([partition, offset]) => ({
      ...kafkaPartition(this.#topics, partition),
      offset: offset + 1,
      maxBytes: Math.min(pageBytes, tailBytes),
    }));
    const brokers = await this.#reader.byBroker(from);
    await Promise.race([...brokers].map(([nodeId, ofBroker]) => this.#waitAt(nodeId, ofBroker, milliseconds)));
  }

  /** Joins the request that the broker still has, if it has one: what it was asked for then is nearly what it would be asked for now. */
  #waitAt(nodeId: string, from: readonly FetchFrom[], milliseconds: number): Promise<void> {
    const waiting = this.#waits.get(nodeId);
    if (waiting !== undefined) return waiting;
    const asked = this.#reader
      .waitAt(nodeId, from, { milliseconds, maxBytes: this.#bounds.tailBytes })
      .then((fetched) => this.#keep(fetched))
      .finally(() => this.#waits.delete(nodeId));
    this.#waits.set(nodeId, asked);
    // Where nobody waits for it any more, the next request to the same broker says what is wrong.
    asked.catch(() => undefined);
    return asked;
  }

  #keep(fetched: readonly Fetched[]): void {
    for (const { entries, from, ...place } of fetched) if (entries.length > 0) this.#pages.put(this.#partitionOf(place), from, entries);
  }

  /** Whether the log begins after what is next. A request that was joined may have asked for a partition that is not waited for now. */
  async #isTrimmed(partition: Partition, after: Offset | undefined): Promise<boolean> {
    return after !== undefined && after + 1 < (await this.#reader.offsetOf('first', kafkaPartition(this.#topics, partition)));
  }

  #outOfRange(error: unknown): Partition | undefined {
    if (!(error instanceof kafkajs.KafkaJSOffsetOutOfRange)) return undefined;
    return this.#partitionOf({ topic: error.topic, index: error.partition });
  }

  #partitionOf({ topic: name, index }: KafkaPartition): Partition {
    const topic = TOPICS.find((one) => this.#topics[one] === name);
    if (topic === undefined) throw new Error(`${name} is no topic of this log.`);
    return logPartition({ topic, index });
  }
}
