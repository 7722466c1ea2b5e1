import type { Epoch, Offset, Partition, Revision, StreamName } from './brand.js';
import type { LogEntry, StoredEvent } from './event.js';

export interface ReadLimit {
  readonly entries: number;
  /** Characters of encoded events; a page holds at least one entry. */
  readonly characters: number;
}

/**
 * The events of all streams in the order that readers see.
 *
 * An adapter owes: offsets of a partition are contiguous from 0 and never reused within an epoch; an entry that was read once is read again
 * at the same place, for ever; no entry becomes visible before one with a lower offset of its partition.
 */
export interface EventLog {
  epoch(): Promise<Epoch>;
  partitions(): Promise<readonly Partition[]>;
  /** Entries after `after`, in order of offset. */
  read(partition: Partition, after: Offset, limit: ReadLimit): Promise<readonly LogEntry[]>;
  /** The last offset of a partition; -1 where it is empty. */
  last(partition: Partition): Promise<Offset>;
}

export interface LogRecord {
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly event: StoredEvent;
}

/**
 * The writing end of a log that is not the store itself.
 *
 * An adapter owes: records stand in the log in the order given, and a fulfilled promise means that they are there for good. A rejected one
 * means that some may be there, but never one without those before it: the caller repeats them all.
 */
export interface LogPublisher {
  publish(partition: Partition, records: readonly LogRecord[]): Promise<void>;
}
