import { setTimeout as sleep } from 'node:timers/promises';
import {
  BEFORE_FIRST,
  type Epoch,
  type EventLog,
  type LogEntry,
  type LogTail,
  type Offset,
  type Outbox,
  type Partition,
  type ReadLimit,
} from '@headwater/event-sourcing';

/** Before each look at the notes, the last of them for all further ones: they come a moment after the entries. */
const LOOK_AFTER_MS: readonly number[] = [6, 4, 4, 8, 16, 32, 64, 100];
/** Entries that were not waited for so long were there before, and so may be their notes. */
const WAITED_MS = 3;

/**
 * The log as far as the event store has noted that it goes. What lies beyond was published by somebody who could not say so yet, or it is of
 * a life of the store that a restored one knows nothing of: the first is noted in a moment, the second must never be applied (design.md, Epoch
 * of the log).
 */
export class NotedLog implements EventLog, LogTail {
  readonly #log: EventLog & LogTail;
  readonly #outbox: Pick<Outbox, 'noted'>;
  /** How far the notes were seen to go: they only grow. */
  readonly #noted = new Map<Partition, Offset>();

  constructor(log: EventLog & LogTail, outbox: Pick<Outbox, 'noted'>) {
    this.#log = log;
    this.#outbox = outbox;
  }

  epoch(): Promise<Epoch> {
    return this.#log.epoch();
  }

  partitions(): Promise<readonly Partition[]> {
    return this.#log.partitions();
  }

  last(partition: Partition): Promise<Offset> {
    return this.#log.last(partition);
  }

  async read(partition: Partition, after: Offset, limit: ReadLimit): Promise<readonly LogEntry[]> {
    const entries = await this.#log.read(partition, after, limit);
    const last = entries.at(-1);
    if (last === undefined) return entries;
    // What brought the reader here was looked at then, mostly.
    if (last.offset > this.#notedIn(partition)) await this.#look([partition]);
    const noted = this.#notedIn(partition);
    return entries.filter(({ offset }) => offset <= noted);
  }

  async arrivals(after: ReadonlyMap<Partition, Offset>, milliseconds: number): Promise<readonly Partition[]> {
    const deadline = performance.now() + milliseconds;
    for (let looks = 0; ; looks += 1) {
      const began = performance.now();
      const arrived = await this.#log.arrivals(after, Math.max(0, deadline - began));
      if (arrived.length > 0 && (looks > 0 || performance.now() - began > WAITED_MS)) {
        const pause = LOOK_AFTER_MS[looks] ?? LOOK_AFTER_MS.at(-1) ?? 0;
        await sleep(Math.min(pause, Math.max(0, deadline - performance.now())));
      }
      const noted = await this.#notedAfter(after, arrived);
      if (noted.length > 0 || performance.now() >= deadline) return noted;
    }
  }

  async #notedAfter(after: ReadonlyMap<Partition, Offset>, arrived: readonly Partition[]): Promise<readonly Partition[]> {
    if (arrived.length === 0) return arrived;
    await this.#look(arrived);
    return arrived.filter((partition) => this.#notedIn(partition) > (after.get(partition) ?? BEFORE_FIRST));
  }

  #notedIn(partition: Partition): Offset {
    return this.#noted.get(partition) ?? BEFORE_FIRST;
  }

  async #look(partitions: readonly Partition[]): Promise<void> {
    const noted = await this.#outbox.noted(partitions);
    partitions.forEach((partition, index) => this.#noted.set(partition, noted[index] ?? BEFORE_FIRST));
  }
}
