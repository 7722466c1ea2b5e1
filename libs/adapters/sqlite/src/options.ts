/** What the store tells whoever counts: plain callbacks, called on the caller's thread. Must not throw. */
export interface StoreObserver {
  /** A group of commits was made durable in one transaction, or refused; `queued` commits wait for the next. */
  appended?(commits: number, milliseconds: number, queued: number): void;
  /** A batch of the log was applied to the projections. */
  projected?(entries: number, milliseconds: number): void;
}

/** Bounds, so that memory is bounded by configuration and never by the data (design.md, invariant 7). */
export interface StoreBounds {
  /** Appends that wait for the writer: beyond either, `StoreOverloaded`. */
  readonly queuedCommits: number;
  readonly queuedCharacters: number;
  /** What one transaction of the writer takes at most; a single call may be larger and is then a transaction of its own. */
  readonly groupCommits: number;
  readonly groupCharacters: number;
  /** What one projection step takes at most. */
  readonly stepEntries: number;
  readonly stepCharacters: number;
  /**
   * While writes come, a step is made when so many entries have gathered or the last step is so many milliseconds ago, or when somebody
   * waits for it: a step writes the ends of some twenty tables, for one entry as for a hundred.
   */
  readonly stepAtEntries: number;
  readonly stepEveryMilliseconds: number;
  /** Characters of the newest events that the writer keeps for the projections, so that they need not be read again. */
  readonly recentCharacters: number;
  /** Characters of events in one page of a scan, a history or a changes feed. A page holds at least one. */
  readonly pageCharacters: number;
  /** Entities that a listing may have to walk at worst on the caller's thread; a longer one is answered on another. */
  readonly longListRows: number;
  /** Page caches of SQLite, in KiB. */
  readonly writerCacheKiB: number;
  readonly readerCacheKiB: number;
  /** Remembered ids of streams and repeated texts, each. */
  readonly cachedNames: number;
  /** Size of the write-ahead log at which it is written back into the database. */
  readonly walPages: number;
  /** How long a connection waits for a lock, in milliseconds. */
  readonly busyMilliseconds: number;
  /** Size that the database file may reach; 0: no bound but the disk's. */
  readonly maxBytes: number;
}

export const DEFAULT_BOUNDS: StoreBounds = {
  queuedCommits: 10_000,
  queuedCharacters: 64 * 1024 * 1024,
  groupCommits: 512,
  groupCharacters: 2 * 1024 * 1024,
  stepEntries: 512,
  stepCharacters: 4 * 1024 * 1024,
  stepAtEntries: 128,
  stepEveryMilliseconds: 20,
  recentCharacters: 6 * 1024 * 1024,
  pageCharacters: 4 * 1024 * 1024,
  longListRows: 20_000,
  // Larger ones do not pay: what is not in them is in the system's own cache.
  writerCacheKiB: 8 * 1024,
  readerCacheKiB: 16 * 1024,
  cachedNames: 10_000,
  // 16 MiB: an index page that many writes touch is written back once, and a restart after a crash reads no more than this.
  walPages: 4096,
  busyMilliseconds: 5000,
  maxBytes: 0,
};

export interface SqliteStoreOptions {
  /** Made where it is missing. Holds `headwater.db` and its companions, and `lock.db`. */
  readonly dataDir: string;
  readonly bounds?: Partial<StoreBounds>;
  readonly observer?: StoreObserver;
}

/** Bounds with defaults for what is not given. */
export const boundsOf = ({ bounds }: Pick<SqliteStoreOptions, 'bounds'>): StoreBounds => ({ ...DEFAULT_BOUNDS, ...bounds });
