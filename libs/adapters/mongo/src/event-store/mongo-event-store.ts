import {
  type AppendOutcome,
  type AppendTogetherOutcome,
  type Commit,
  type CommitKey,
  type CommitPage,
  type Epoch,
  type EventStore,
  type Lease,
  type LoggedKey,
  type NewestCommit,
  type Offset,
  type Outbox,
  type OutboxOverview,
  type Partition,
  type PushId,
  type Receipt,
  type Revision,
  type StreamName,
  type TokenKey,
} from '@headwater/event-sourcing';
import { logPartitionFor } from '@headwater/event-contracts';
import type { MongoDatabase } from '../database.js';
import { asking } from '../errors.js';
import { assertWhole } from '../transfer/import-mark.js';
import type { Load } from './admission.js';
import { AppendQueue } from './append-queue.js';
import { TogetherAppender } from './append-together.js';
import { COMMITS } from './collections.js';
import type { CommitDocument } from './commit-document.js';
import { CommitReader } from './commit-reader.js';
import { CommitInserter } from './insert-commits.js';
import { requireMeta } from './meta.js';
import { MongoOutbox } from './mongo-outbox.js';
import { NewestCommits } from './newest-commits.js';
import { DEFAULT_EVENT_STORE_BOUNDS, type EventStoreBounds, type EventStoreObserver } from './options.js';
import { PartitionCount } from './partition-count.js';
import { findReceipt } from './receipts.js';
import { StreamEnds } from './stream-ends.js';
import { readTokenKeys } from './token-keys.js';

export interface EventStoreOptions {
  readonly bounds?: Partial<EventStoreBounds>;
  readonly observer?: EventStoreObserver;
}

/**
 * Opens the event store of a prepared database. The connection stays the caller's to close, after the store.
 *
 * @throws DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, ImportUnfinished, StoreUnavailable
 */
export async function openMongoEventStore(database: MongoDatabase, options: EventStoreOptions = {}): Promise<MongoEventStore> {
  const { epoch } = await asking(() => requireMeta(database.db));
  await asking(() => assertWhole(database.db));
  return new MongoEventStore(database, epoch, options);
}

/** The event store and its outbox in MongoDB. Every question is put to the primary and reads what a majority has (design.md, A write). */
export class MongoEventStore implements EventStore, Outbox, OutboxOverview {
  readonly #database: MongoDatabase;
  readonly #epoch: Epoch;
  readonly #ends: StreamEnds;
  readonly #newest: NewestCommits;
  readonly #queue: AppendQueue;
  readonly #together: TogetherAppender;
  readonly #reader: CommitReader;
  readonly #outbox: MongoOutbox;
  readonly #partitions: PartitionCount;

  /** To be made by `openMongoEventStore`, which looks whether the database is prepared. */
  constructor(database: MongoDatabase, epoch: Epoch, { bounds: given, observer = {} }: EventStoreOptions = {}) {
    const bounds = { ...DEFAULT_EVENT_STORE_BOUNDS, ...given };
    const { db } = database;
    this.#database = database;
    this.#epoch = epoch;
    this.#ends = new StreamEnds(bounds.rememberedStreams);
    this.#newest = new NewestCommits(db.collection<CommitDocument>(COMMITS), bounds.lookupStreams);
    this.#queue = new AppendQueue({
      inserter: new CommitInserter(database, bounds.winnerMilliseconds),
      ends: this.#ends,
      newest: (streams) => this.#newest.of(streams),
      bounds,
      observer,
    });
    this.#together = new TogetherAppender(database, this.#ends, bounds);
    this.#reader = new CommitReader(db, bounds.pageBytes);
    this.#outbox = new MongoOutbox(db, this.#reader);
    this.#partitions = new PartitionCount(db, bounds.partitionsMilliseconds);
  }

  /** Commits that wait to be stored or are under way, and their bytes; without those that are stored together. */
  get queued(): Load {
    return this.#queue.load;
  }

  append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]> {
    return this.#queue.append(commits);
  }

  appendTogether(commits: readonly Commit[], receipt?: Receipt): Promise<AppendTogetherOutcome> {
    const streams = commits.map(({ stream }) => stream);
    return this.#queue.holding(streams, () => this.#together.append(commits, receipt));
  }

  async newest(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    const found = await this.#newest.of(streams);
    this.#ends.noteNewest(found);
    return found;
  }

  read(stream: StreamName, from: Revision, to: Revision): Promise<readonly Commit[]> {
    return asking(() => this.#reader.read(stream, from, to));
  }

  commits(keys: readonly CommitKey[]): Promise<readonly (Commit | undefined)[]> {
    return asking(() => this.#reader.byKeys(keys));
  }

  receipt(push: PushId): Promise<Receipt | undefined> {
    return asking(() => findReceipt(this.#database.db, push));
  }

  scan(after?: string): Promise<CommitPage> {
    return asking(() => this.#reader.scan(after));
  }

  async partitionFor(stream: StreamName): Promise<Partition> {
    return logPartitionFor(stream, await this.partitions());
  }

  /** Partitions of each topic, at most a short while old. */
  partitions(): Promise<number> {
    return asking(() => this.#partitions.get());
  }

  /**
   * Raises the partitions of each topic, for streams that do not exist yet. To be called once the topics have them.
   *
   * @throws PartitionsOnlyGrow, StoreUnavailable
   */
  addPartitions(partitions: number): Promise<void> {
    return asking(() => this.#partitions.raiseTo(partitions));
  }

  async epoch(): Promise<Epoch> {
    return this.#epoch;
  }

  tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]> {
    return asking(() => readTokenKeys(this.#database.db));
  }

  lease(partition: Partition, holder: string, milliseconds: number): Promise<Lease | undefined> {
    return this.#outbox.lease(partition, holder, milliseconds);
  }

  release(lease: Lease): Promise<void> {
    return this.#outbox.release(lease);
  }

  pending(partition: Partition, after: CommitKey | undefined, limit: number, characters?: number): Promise<readonly Commit[]> {
    return this.#outbox.pending(partition, after, limit, characters);
  }

  published(partition: Partition, commits: readonly CommitKey[], upTo: Offset): Promise<void> {
    return this.#outbox.published(partition, commits, upTo);
  }

  noted(partitions: readonly Partition[]): Promise<readonly Offset[]> {
    return this.#outbox.noted(partitions);
  }

  holds(entries: readonly LoggedKey[]): Promise<readonly boolean[]> {
    return this.#outbox.holds(entries);
  }

  waiting(): Promise<readonly Partition[]> {
    return this.#outbox.waiting();
  }

  size(limit: number): Promise<number> {
    return this.#outbox.size(limit);
  }

  present(holder: string, milliseconds: number): Promise<number> {
    return this.#outbox.present(holder, milliseconds);
  }

  /** Takes no more appends; resolves when those under way have their outcomes. */
  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), this.#together.close()]);
    // Those that waited for what was stored together.
    await this.#queue.close();
  }
}
