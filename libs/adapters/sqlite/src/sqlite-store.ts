import { stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import {
  StoreUnavailable,
  type AppendOutcome,
  type AppendTogetherOutcome,
  type Commit,
  type CommitKey,
  type CommitPage,
  type Epoch,
  type EventLog,
  type EventStore,
  type NewestCommit,
  type Offset,
  type Partition,
  type Progress,
  type ProjectionName,
  type ProjectionProgress,
  type PushId,
  type Receipt,
  type Revision,
  type StreamName,
  type TokenKey,
} from '@headwater/event-sourcing';
import type { DirectoryReader, FeedReader, LinksReader, ResourcesReader } from '@headwater/read-models';
import { databasePath, lockFolder, type FolderLock } from './data-folder.js';
import { Query, asking, inSnapshot, openForReading } from './database.js';
import { EventReader } from './event-reader.js';
import type { ProjectionState } from './messages.js';
import { boundsOf, type SqliteStoreOptions, type StoreBounds } from './options.js';
import { SqliteDirectoryReader } from './readers/directory.reader.js';
import { SqliteFeedReader } from './readers/feed.reader.js';
import { SqliteLinksReader } from './readers/links.reader.js';
import { LongLists } from './readers/long-lists.js';
import { SqliteProgress } from './readers/progress.reader.js';
import { SqliteResourcesReader } from './readers/resources.reader.js';
import { Served } from './readers/served.js';
import { StoredLog } from './stored-log.js';
import { TermReader } from './terms.js';
import { Writer, type Refused } from './writer.js';

/** Where the served copy of one projection stands. */
export interface ProjectionStanding {
  readonly name: ProjectionName;
  /** The last offset that is applied or parked. */
  readonly watermark: Offset;
  /** Entries of the log that it has still to apply. */
  readonly lag: number;
  /** Streams of which it could not apply an event. */
  readonly parked: number;
  /** Whether another copy is being built beside it. */
  readonly rebuilding: boolean;
}

export interface ProjectionsState {
  readonly projections: readonly ProjectionStanding[];
  /** Why nothing is applied any more, which needs a person: a gap, a fork, an event of a later release. Reads and writes go on. */
  readonly stopped?: string;
  /** Why the last try failed; it is tried again. */
  readonly failing?: string;
}

export interface StoreStatus extends ProjectionsState {
  /** Whether writes are taken. */
  readonly writing: boolean;
  /** When and why the newest write was not stored (the disk is full, say); absent where it was. */
  readonly refused?: Refused;
  readonly queuedCommits: number;
  readonly queuedCharacters: number;
  /** Sizes of the database and of its write-ahead log. */
  readonly databaseBytes: number;
  readonly walBytes: number;
}

/**
 * Opens the store of a data folder, which it takes for this process. Returns when it can be asked and written to; projections that are
 * behind go on in the background.
 *
 * @throws DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, ImportUnfinished
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const lock = lockFolder(options.dataDir);
  try {
    return await SqliteStore.open(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The event store and the read models in one file. Writes go through a thread of their own, reads are answered on the caller's thread from
 * a connection that only reads.
 */
export class SqliteStore implements EventStore, ProjectionProgress {
  readonly #path: string;
  readonly #lock: FolderLock;
  readonly #writer: Writer;
  readonly #db: DatabaseSync;
  readonly #events: EventReader;
  readonly #served: Served;
  readonly #progress: SqliteProgress;
  readonly #feed: SqliteFeedReader;
  readonly #longLists: LongLists;
  readonly #parkedStreams: Query<readonly [number]>;
  readonly #waiting = new Set<() => void>();
  readonly log: EventLog;
  readonly resources: ResourcesReader;
  readonly links: LinksReader;
  readonly feed: FeedReader;
  readonly directory: DirectoryReader;
  readonly #log: StoredLog;
  #state: ProjectionState;
  #closing: Promise<void> | undefined;

  /** For `openSqliteStore`. */
  static async open(options: SqliteStoreOptions, lock: FolderLock): Promise<SqliteStore> {
    const bounds = boundsOf(options);
    const opened: { store?: SqliteStore } = {};
    const writer = new Writer({
      data: { dataDir: options.dataDir, bounds },
      observer: options.observer ?? {},
      progressed: (state) => opened.store?.progressed(state),
    });
    const state = await writer.start();
    try {
      opened.store = new SqliteStore(options.dataDir, bounds, lock, writer, state);
      return opened.store;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  private constructor(dataDir: string, bounds: StoreBounds, lock: FolderLock, writer: Writer, state: ProjectionState) {
    this.#path = databasePath(dataDir);
    this.#lock = lock;
    this.#writer = writer;
    this.#state = state;
    this.#db = openForReading(this.#path, bounds);
    this.#events = new EventReader(this.#db, bounds.pageCharacters);
    this.#log = new StoredLog(this.#db);
    this.#served = new Served(this.#db, new TermReader(this.#db, bounds.cachedNames));
    this.#progress = new SqliteProgress(this.#served, () => writer.hurry());
    this.#feed = new SqliteFeedReader(this.#served, bounds.pageCharacters);
    this.#parkedStreams = new Query(this.#db, 'SELECT count(*) FROM (SELECT DISTINCT stream FROM parked WHERE copy = ?)');
    const longLists = new LongLists({ dataDir, bounds });
    this.#longLists = longLists;
    const resources = new SqliteResourcesReader(this.#served, {
      rows: bounds.longListRows,
      list: (query) => longLists.list(query),
    });
    this.log = this.#log;
    this.resources = resources;
    this.links = new SqliteLinksReader(this.#served, resources);
    this.feed = this.#feed;
    this.directory = new SqliteDirectoryReader(this.#served);
    this.progressed(state);
  }

  append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]> {
    return this.#writer.append(commits);
  }

  appendTogether(commits: readonly Commit[], receipt?: Receipt): Promise<AppendTogetherOutcome> {
    return this.#writer.appendTogether(commits, receipt);
  }

  newest(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    return this.#events.newest(streams);
  }

  read(stream: StreamName, from: Revision, to: Revision): Promise<readonly Commit[]> {
    return this.#events.read(stream, from, to);
  }

  commits(keys: readonly CommitKey[]): Promise<readonly (Commit | undefined)[]> {
    return this.#events.commits(keys);
  }

  receipt(push: PushId): Promise<Receipt | undefined> {
    return this.#events.receipt(push);
  }

  scan(after?: string): Promise<CommitPage> {
    return this.#events.scan(after);
  }

  partitionFor(): Promise<Partition> {
    return this.#events.partitionFor();
  }

  epoch(): Promise<Epoch> {
    return this.#events.epoch();
  }

  tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]> {
    return this.#events.tokenKeys();
  }

  lastApplied(projection: ProjectionName, streams: readonly StreamName[]): Promise<readonly Progress[]> {
    return this.#progress.lastApplied(projection, streams);
  }

  /** Begins a rebuild: a copy from the start of the log, beside the one that is served until the new one has caught up. */
  async rebuild(projection: ProjectionName): Promise<void> {
    await this.#writer.rebuild(projection);
  }

  /** Folds a parked stream again. @returns whether it is no longer parked. */
  redrive(projection: ProjectionName, stream: StreamName): Promise<boolean> {
    return this.#writer.redrive(projection, stream);
  }

  /** Lets projections that have stopped try again, after what stopped them was mended. */
  async resume(): Promise<void> {
    await this.#writer.resume();
  }

  /** Changes the bound of the database file's size; 0 lifts it. */
  async limitSize(maxBytes: number): Promise<void> {
    await this.#writer.limit(maxBytes);
  }

  /** How the projections stand. */
  state(): ProjectionsState {
    const { stopped, failing, building } = this.#state;
    return inSnapshot(this.#db, () => {
      const last = this.#log.lastNow();
      const projections = this.#state.served.map(({ projection, copy }) => {
        const watermark = this.#served.watermark(copy);
        const parked = this.#parkedStreams.get(copy)?.[0] ?? 0;
        return { name: projection, watermark, lag: Math.max(0, last - watermark), parked, rebuilding: building.includes(projection) };
      });
      return { projections, ...(stopped === undefined ? {} : { stopped }), ...(failing === undefined ? {} : { failing }) };
    });
  }

  /** Everything that an operator may ask of the store. */
  async status(): Promise<StoreStatus> {
    const { commits, characters } = this.#writer.queued;
    const size = async (path: string): Promise<number> => {
      try {
        return (await stat(path)).size;
      } catch {
        return 0;
      }
    };
    const [databaseBytes, walBytes] = await Promise.all([size(this.#path), size(`${this.#path}-wal`)]);
    const { ready: writing, refused } = this.#writer;
    const sizes = { queuedCommits: commits, queuedCharacters: characters, databaseBytes, walBytes };
    return { ...this.state(), writing, ...(refused === undefined ? {} : { refused }), ...sizes };
  }

  /** Returns once every projection has what is in the log now. @throws where they have stopped, or the store is closed. */
  async caughtUp(): Promise<void> {
    const last = asking(() => this.#log.lastNow());
    for (;;) {
      if (this.#state.stopped !== undefined) throw new StoreUnavailable(this.#state.stopped);
      if (this.#closing !== undefined) throw new StoreUnavailable('The store is closed.');
      if (this.#state.served.every(({ watermark }) => watermark >= last)) return;
      this.#writer.hurry();
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /**
   * Finishes what was accepted, writes everything back into the database file and gives the folder free. What is asked after it is
   * `StoreUnavailable`. May be called again.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writer.drain();
    await this.#longLists.close();
    // Before the writer's connection: the last one to be closed writes the log back and removes it.
    this.#db.close();
    await this.#writer.close();
    this.#lock.release();
    this.#wake();
  }

  /** Ends the writer's thread as a crash would: for tests. */
  killWriter(): Promise<void> {
    return this.#writer.kill();
  }

  private progressed(state: ProjectionState): void {
    this.#state = state;
    if (this.#served.switchTo(state.served)) this.#writer.switched(this.#served.copies);
    this.#wake();
    this.#feed.advanced();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
