import type { EventLog, EventStore, LogPublisher, Outbox, OutboxOverview, Partition, RelayBounds } from '@headwater/event-sourcing';

/** What a relay is made of. Times are in milliseconds. */
export interface RelayOptions {
  readonly store: Pick<EventStore, 'read'> & Outbox & OutboxOverview;
  readonly log: LogPublisher & Pick<EventLog, 'read' | 'last'>;
  /** All partitions of the log; there may be more each time. */
  readonly partitions: () => Promise<readonly Partition[]>;
  /** Names this process among those who relay. */
  readonly holder: string;
  /** After this long, the partitions of a relay that has died are another one's. */
  readonly leaseMs: number;
  /** How often the outbox is looked at for what nobody announced. */
  readonly pollMs: number;
  readonly bounds: RelayBounds;
  /** The outbox is counted no further than this. */
  readonly outboxMax: number;
  readonly observer?: RelayObserver;
}

/** Is told of the relay's work. */
export interface RelayObserver {
  /** Commits of a partition were published, in so many milliseconds. */
  published?(commits: number, milliseconds: number): void;
}

/** How a relay fares. */
export interface RelayState {
  /** Partitions that this relay publishes at the moment. */
  readonly held: number;
  /** Partitions that will not be published any more until somebody acts, and why. */
  readonly stopped: ReadonlyMap<Partition, string>;
  /** Why the last try to publish failed; it is made again. */
  readonly failing?: string;
  /** Commits of all partitions that wait for the log, as they were last counted: at most `outboxMax`. */
  readonly outbox: number;
  /** For how long the partition of this relay that waits longest has not been published to its end. */
  readonly oldestMs: number;
}

/** Partitions that are published at one time. */
export const PARALLEL_PARTITIONS = 8;
/** Where there is much to publish, commits are gathered for so long: fewer sends, at the price of half of it for each. */
export const GATHER_MS = { least: 25, most: 50 } as const;
export const RETRY_PAUSES = { min: 100, max: 5000 } as const;
/** Of the log, read at once on taking a partition over. */
export const RECONCILE_LIMIT = { entries: 500, characters: 8 * 1024 * 1024 } as const;
