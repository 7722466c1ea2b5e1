import type { Partition } from '@headwater/event-sourcing';

/** A group of commits that was stored by one insert. */
export interface AppendedGroup {
  /** Commits that are stored now; the others of the group had lost a race, or it is not known. */
  readonly commits: number;
  /** Where the relay finds something now. */
  readonly partitions: ReadonlySet<Partition>;
  readonly milliseconds: number;
  /** Commits that wait for the next group. */
  readonly queued: number;
}

/** What the store tells whoever counts or relays: plain callbacks. Must not throw. */
export interface EventStoreObserver {
  appended?(group: AppendedGroup): void;
}

/** Bounds, so that memory is bounded by configuration and never by the data (design.md, invariant 7). */
export interface EventStoreBounds {
  /** Appends that wait or are under way: beyond either, `StoreOverloaded`. */
  readonly queuedCommits: number;
  readonly queuedBytes: number;
  /** What is stored together and waits or is under way: beyond either, `StoreOverloaded`. Counted apart, so that no push holds up the others. */
  readonly togetherCommits: number;
  readonly togetherBytes: number;
  /** What one insert takes at most; a commit that is larger is inserted alone. */
  readonly groupCommits: number;
  readonly groupBytes: number;
  /** What one insert of a transaction takes at most, before it is packed: smaller, so that a large push does not hold up the event loop. */
  readonly chunkCommits: number;
  readonly chunkBytes: number;
  /** Streams of which it is remembered where they ended, so that an append need not look. */
  readonly rememberedStreams: number;
  /** Streams that one lookup of newest commits asks for at most. */
  readonly lookupStreams: number;
  /** Bytes of one page of a scan, about. A page holds at least one commit. */
  readonly pageBytes: number;
  /** How long a lost race waits until the winner can be read, in milliseconds. */
  readonly winnerMilliseconds: number;
  /** How long the count of partitions is remembered, in milliseconds: so soon after `addPartitions` all instances use them. */
  readonly partitionsMilliseconds: number;
}

export const DEFAULT_EVENT_STORE_BOUNDS: EventStoreBounds = {
  queuedCommits: 10_000,
  queuedBytes: 64 * 1024 * 1024,
  togetherCommits: 20_000,
  togetherBytes: 256 * 1024 * 1024,
  groupCommits: 1000,
  // An insert is one message of at most 16 MiB with everything around the texts.
  groupBytes: 8 * 1024 * 1024,
  chunkCommits: 50,
  chunkBytes: 256 * 1024,
  rememberedStreams: 20_000,
  lookupStreams: 500,
  pageBytes: 4 * 1024 * 1024,
  winnerMilliseconds: 5000,
  partitionsMilliseconds: 2000,
};
