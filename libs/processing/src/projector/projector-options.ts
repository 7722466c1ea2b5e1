import type { GroupMember, LogTail, Offset, Partition, ProjectionName } from '@headwater/event-sourcing';
import type { PauseBounds } from '../work/backoff.js';

/** What drives the projections of one partition: a `ProjectionRunner`. */
export interface StepRunner {
  readonly building: ReadonlySet<ProjectionName>;
  prepare(): Promise<void>;
  refresh(): Promise<boolean>;
  step(partition: Partition): Promise<number>;
  position(partition: Partition): Promise<Offset>;
  forget(partition: Partition): void;
}

/** What a projector is made of. */
export interface ProjectorOptions {
  readonly runner: StepRunner;
  readonly tail: LogTail;
  /** Joins those who share the partitions of the log; called once, when the projections are prepared. */
  readonly join: () => GroupMember;
  /** Events that one step applies at most. */
  readonly batchEvents: number;
  /** Partitions that are worked on at one time. */
  readonly parallel: number;
  readonly retry: PauseBounds;
  /** Whether an error of an adapter is one that no retry mends: the partition stops. */
  readonly stopsAt?: (error: unknown) => boolean;
  readonly observer?: ProjectorObserver;
}

/** Is told of the projector's work. */
export interface ProjectorObserver {
  /** Entries of a partition were applied to all projections in one transaction, in so many milliseconds. */
  applied?(entries: number, milliseconds: number): void;
}

/** How a projector fares. */
export interface ProjectorState {
  /** Whether it has prepared its projections and asked for its share of the partitions. */
  readonly begun: boolean;
  readonly assigned: readonly Partition[];
  /** Partitions that do not move any more until somebody acts, and why. */
  readonly stopped: ReadonlyMap<Partition, string>;
  /** Why nothing moves at all until somebody acts. */
  readonly stoppedAll?: string;
  /** Why the last try failed, somewhere; it is made again. */
  readonly failing?: string;
}

/** How long a partition waits at the end of the log before it looks whether there is anything else to do. */
export const TAIL_MS = 1000;
/** How often a rebuild is looked after whose partitions others drive, too. */
export const TEND_EVERY_MS = 1000;
/** How often it is looked for rebuilds that others have begun. */
export const REFRESH_EVERY_MS = 5000;
/** How often the group is told how far its partitions have come. */
export const REPORT_EVERY_MS = 3000;
