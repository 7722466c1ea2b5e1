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
  /** @returns the offset of the last record; -1 for none. */
  publish(partition: Partition, records: readonly LogRecord[]): Promise<Offset>;
}

/** Waiting at the end of a log that other processes write. */
export interface LogTail {
  /** Those of the partitions that have entries after the offset given; where there are none, waits for them, at most so many milliseconds. */
  arrivals(after: ReadonlyMap<Partition, Offset>, milliseconds: number): Promise<readonly Partition[]>;
}

/**
 * A member of a group that shares the partitions of a log. An adapter owes: every partition is somebody's within seconds of a member's
 * coming, going or dying. That it is only one member's is a matter of saving work: what two of them do is settled by the watermarks.
 */
export interface GroupMember {
  /** The partitions that are this member's now; none before it has joined. */
  readonly assigned: readonly Partition[];
  /** Calls back when `assigned` has changed; returns what ends it. */
  onAssigned(listener: () => void): () => void;
  /** Tells those who watch the group how far its partitions have come. Nothing rests on it. */
  report(watermarks: ReadonlyMap<Partition, Offset>): Promise<void>;
  /** Gives its partitions back. */
  leave(): Promise<void>;
}

/** The log does not go on where a reader or a relay stands: it was trimmed or replaced. Needs a re-log or a rebuild, never a skip. */
export class LogTrimmed extends Error {
  override readonly name = 'LogTrimmed';
  constructor(
    readonly partition: Partition,
    readonly expected: Offset,
    /** Where it goes on, or its last entry where it ends before. */
    readonly found: Offset,
  ) {
    super(
      found < expected
        ? `Partition ${String(partition)} of the log ends at ${String(found)}, but it was seen to reach ${String(expected - 1)}.`
        : `Partition ${String(partition)} of the log goes on at ${String(found)}, but ${String(expected)} is the next to apply.`,
    );
  }
}
