import type { Epoch, Offset, Partition, Revision, StreamName } from './brand.js';
import type { LogEntry, StoredEvent } from './event.js';

export interface ReadLimit {
  readonly entries: number;
  /** Characters of encoded events; a page holds at least one entry. */
  readonly characters: number;
}

/** The events of all streams in the order that readers see. Offsets of a partition are contiguous and never reused within an epoch. */
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

/** The writing end of a log that is not the store itself. A rejected publish has an unknown outcome: repeat it. */
export interface LogPublisher {
  publish(partition: Partition, records: readonly LogRecord[]): Promise<void>;
}
