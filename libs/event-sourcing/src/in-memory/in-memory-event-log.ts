import { BEFORE_FIRST, offset, partition, type Epoch, type Offset, type Partition } from '../brand.js';
import type { LogEntry } from '../event.js';
import type { EventLog, LogPublisher, LogRecord, LogTail, ReadLimit } from '../event-log.js';
import { Faults } from './faults.js';

type Operation = 'publish' | 'read' | 'last' | 'arrivals';

/** What the log holds at one moment. */
export type EventLogSnapshot = ReadonlyMap<Partition, readonly LogEntry[]>;

/** A log of several partitions, with everything that can go wrong between it and those who write and read it. */
export class InMemoryEventLog implements EventLog, LogPublisher, LogTail {
  readonly faults = new Faults<Operation>();
  readonly #epoch: Epoch;
  readonly #entries: Map<Partition, LogEntry[]>;
  readonly #waiting = new Set<() => void>();

  constructor(epoch: Epoch, partitions = 3) {
    this.#epoch = epoch;
    this.#entries = new Map(Array.from({ length: partitions }, (_, index) => [partition(index), []]));
  }

  async epoch(): Promise<Epoch> {
    return this.#epoch;
  }

  async partitions(): Promise<readonly Partition[]> {
    return [...this.#entries.keys()];
  }

  read(of: Partition, after: Offset, limit: ReadLimit): Promise<readonly LogEntry[]> {
    return this.faults.around('read', () => page(this.#of(of), after, limit), unreachable);
  }

  last(of: Partition): Promise<Offset> {
    return this.faults.around('last', () => this.#of(of).at(-1)?.offset ?? BEFORE_FIRST, unreachable);
  }

  publish(to: Partition, records: readonly LogRecord[]): Promise<Offset> {
    return this.faults.around(
      'publish',
      () => {
        const entries = this.#of(to);
        let last: number = entries.at(-1)?.offset ?? BEFORE_FIRST;
        for (const record of records) entries.push({ ...record, partition: to, offset: offset((last += 1)) });
        for (const wake of [...this.#waiting]) wake();
        return offset(last);
      },
      unreachable,
    );
  }

  async arrivals(after: ReadonlyMap<Partition, Offset>, milliseconds: number): Promise<readonly Partition[]> {
    const arrived = (): readonly Partition[] =>
      [...after].flatMap(([of, at]) => ((this.#of(of).at(-1)?.offset ?? BEFORE_FIRST) > at ? [of] : []));
    const already = await this.faults.around('arrivals', arrived, unreachable);
    if (already.length > 0) return already;
    await this.#nextPublish(milliseconds);
    return arrived();
  }

  #nextPublish(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#waiting.add(wake);
    });
  }

  /** Adds empty partitions, so that there are so many. */
  grow(partitions: number): void {
    for (let index = this.#entries.size; index < partitions; index += 1) this.#entries.set(partition(index), []);
  }

  snapshot(): EventLogSnapshot {
    return new Map([...this.#entries].map(([of, entries]) => [of, [...entries]]));
  }

  /** Goes back to an older state, as a log does that lost its newest entries. */
  restore(snapshot: EventLogSnapshot): void {
    for (const [of, entries] of this.#entries) entries.splice(0, Infinity, ...(snapshot.get(of) ?? []));
  }

  #of(of: Partition): LogEntry[] {
    const entries = this.#entries.get(of);
    if (entries === undefined) throw new Error(`The log has no partition ${String(of)}.`);
    return entries;
  }
}

function page(entries: readonly LogEntry[], after: Offset, limit: ReadLimit): readonly LogEntry[] {
  const found: LogEntry[] = [];
  let characters = 0;
  for (const entry of entries.slice(firstAfter(entries, after))) {
    characters += sizeOf(entry);
    if (found.length === limit.entries || (found.length > 0 && characters > limit.characters)) break;
    found.push(entry);
  }
  return found;
}

/** Offsets are contiguous, but the log may have lost its beginning. */
const firstAfter = (entries: readonly LogEntry[], after: Offset): number => Math.max(0, after + 1 - (entries[0]?.offset ?? 0));

function sizeOf({ event: { head, content } }: LogEntry): number {
  return head.length + (content === undefined ? 0 : content.source.length + content.expanded.length + content.compacted.length);
}

const unreachable = (): Error => new Error('The log was told to refuse this call.');
