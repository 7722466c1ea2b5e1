import type { CommitKey } from './event-store.js';
import type { Offset, Partition } from './brand.js';
import type { Commit, LogEntry } from './event.js';

/** What tells an event of the log from every other. */
export type LoggedKey = Pick<LogEntry, 'stream' | 'revision'> & { readonly event: Pick<LogEntry['event'], 'id'> };

/** The right to publish a partition, until `expires` on the store's own clock (milliseconds since 1970). */
export interface Lease {
  readonly partition: Partition;
  readonly holder: string;
  readonly expires: number;
  /** The last offset of the partition that was noted by `published`; -1 before the first. What lies after it was put there by somebody who could not note it. */
  readonly published: Offset;
}

/**
 * The commits that the log has not acknowledged. The outbox is the event store itself: a commit is pending from its append on.
 *
 * An adapter owes: a pending commit stays pending until `published` names it, and is never pending again; `pending` gives each stream's commits by base; of two holders
 * at most one has a lease that has not expired. A holder that was paused past its lease can only repeat, never lose (design.md, The outbox).
 */
export interface Outbox {
  /** Takes or renews the lease of a partition. @returns undefined while another holder has it. */
  lease(partition: Partition, holder: string, milliseconds: number): Promise<Lease | undefined>;
  release(lease: Lease): Promise<void>;
  /**
   * Pending commits of a partition, ordered by stream and base, after the key where the last scan stopped. There are fewer than `limit` only
   * where no more are pending, or where those given hold at least so many characters of events.
   */
  pending(partition: Partition, after: CommitKey | undefined, limit: number, characters?: number): Promise<readonly Commit[]>;
  /** Notes that the log has these commits, and that it was seen to reach an offset, which only grows. */
  published(partition: Partition, commits: readonly CommitKey[], upTo: Offset): Promise<void>;
  /** How far the log was noted to reach, of each partition, in the order asked; -1 before the first note. */
  noted(partitions: readonly Partition[]): Promise<readonly Offset[]>;
  /**
   * Of each event of the log, in the order asked, whether the store has it for good. No may only mean that this was not found out: of an event that
   * is not the first of its commit, where that is not among them.
   */
  holds(entries: readonly LoggedKey[]): Promise<readonly boolean[]>;
}

/** What those who relay have to know of the outbox as a whole. Every question is cheap enough to be asked again and again. */
export interface OutboxOverview {
  /** The partitions that have pending commits; asked several times a second. */
  waiting(): Promise<readonly Partition[]>;
  /** How many commits are pending in all partitions together, counted up to a limit. */
  size(limit: number): Promise<number>;
  /** Notes that a holder relays, for so many milliseconds of the store's clock (0: no more). @returns how many holders do. */
  present(holder: string, milliseconds: number): Promise<number>;
}
