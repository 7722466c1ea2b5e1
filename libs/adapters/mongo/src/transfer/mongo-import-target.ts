import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable, type Commit, type Receipt } from '@headwater/event-sourcing';
import { logPartitionFor } from '@headwater/event-contracts';
import {
  ImportContested,
  OtherImport,
  StoreInUse,
  StoreNotEmpty,
  type ExportedCommit,
  type ImportStart,
  type ImportTarget,
  type Imported,
} from '@headwater/transfer';
import type { ClientSession } from 'mongodb';
import type { MongoDatabase } from '../database.js';
import { asking, isDuplicateKey } from '../errors.js';
import { COMMITS, RECEIPTS, RELAYS } from '../event-store/collections.js';
import { sizeOf } from '../event-store/commit-document.js';
import { CommitInserter } from '../event-store/insert-commits.js';
import { requireMeta } from '../event-store/meta.js';
import { DEFAULT_EVENT_STORE_BOUNDS } from '../event-store/options.js';
import { piecesOf } from '../event-store/pieces.js';
import { insertReceipt } from '../event-store/receipts.js';
import { keepTokenKeys } from '../event-store/token-keys.js';
import { inTransaction } from '../read-models/transaction.js';
import { moveImportMark, putImportMark, readImportMark, removeImportMark, type ImportMark } from './import-mark.js';

/** Milliseconds before each further try where MongoDB cannot be asked: an election takes some seconds, and an import may take hours. */
const TRY_AGAIN_AFTER = [200, 1000, 2000, 5000, 5000, 10_000, 10_000];

/**
 * Takes a prepared database for an import. The connection is closed with the target.
 *
 * @throws DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, StoreUnavailable
 */
export async function openMongoImport(database: MongoDatabase): Promise<ImportTarget> {
  await asking(() => requireMeta(database.db));
  return new MongoImportTarget(database);
}

/**
 * Commits are inserted as a service would: pending, so that the relay publishes them once services are started. A commit's key is unique and
 * the mark is moved after it, so what a killed import had stored beyond its mark is met again and is no other commit.
 */
class MongoImportTarget implements ImportTarget {
  readonly #inserter: CommitInserter;
  #mark: ImportMark | undefined;

  constructor(private readonly database: MongoDatabase) {
    this.#inserter = new CommitInserter(database, DEFAULT_EVENT_STORE_BOUNDS.winnerMilliseconds);
  }

  get #name(): string {
    return `the database ${this.database.name}`;
  }

  assertImportable(): Promise<void> {
    return asking(async () => {
      if ((await readImportMark(this.database.db)) !== undefined) return;
      for (const collection of [COMMITS, RECEIPTS]) {
        if ((await this.database.db.collection(collection).findOne({}, { projection: { _id: 1 } })) !== null)
          throw new StoreNotEmpty(this.#name);
      }
      const relays = this.database.db.collection(RELAYS);
      if ((await relays.countDocuments({ $expr: { $gt: ['$until', '$$NOW'] } })) > 0) throw new StoreInUse(this.#name);
    });
  }

  async begin({ sha256, tokenKeys }: ImportStart): Promise<Imported> {
    await this.assertImportable();
    this.#mark = await asking(async () => {
      const { db } = this.database;
      const found = await readImportMark(db);
      if (found !== undefined) {
        if (found.sha256 !== sha256) throw new OtherImport(this.#name);
        return found;
      }
      const { partitions } = await requireMeta(db);
      const mark: ImportMark = { sha256, partitions, commits: 0, receipts: 0 };
      await this.#together(async (session) => {
        await keepTokenKeys(db, tokenKeys, session);
        await putImportMark(db, mark, session);
      });
      return mark;
    });
    return this.#mark;
  }

  async commits(commits: readonly ExportedCommit[], done: Imported): Promise<void> {
    const mark = this.#begun();
    const { groupCommits, groupBytes } = DEFAULT_EVENT_STORE_BOUNDS;
    const placed = commits.map((commit): Commit => ({ ...commit, partition: logPartitionFor(commit.stream, mark.partitions) }));
    for (const piece of piecesOf(placed, { items: groupCommits, size: groupBytes }, sizeOf)) await persevering(() => this.#insert(piece));
    this.#mark = await asking(() => moveImportMark(this.database.db, mark, done));
  }

  /** @throws StoreUnavailable where some may be missing; ImportContested */
  async #insert(commits: readonly Commit[]): Promise<void> {
    for (const outcome of await this.#inserter.insert(commits)) {
      if (outcome.status === 'conflict') throw new ImportContested(this.#name);
      if (outcome.status === 'refused') throw outcome.error;
      if (outcome.status === 'unknown') throw new StoreUnavailable('What became of a write is not known.', { cause: outcome.cause });
    }
  }

  async receipts(receipts: readonly Receipt[], done: Imported): Promise<void> {
    const mark = this.#begun();
    this.#mark = await asking(() =>
      this.#together(async (session) => {
        for (const receipt of receipts) await insertReceipt(this.database.db, receipt, session);
        return moveImportMark(this.database.db, mark, done, { session });
      }),
    );
  }

  async finish(): Promise<void> {
    await asking(() => removeImportMark(this.database.db, this.#begun()));
  }

  close(): Promise<void> {
    return this.database.close();
  }

  #begun(): ImportMark {
    if (this.#mark === undefined) throw new Error('The import was not begun.');
    return this.#mark;
  }

  async #together<Result>(work: (session: ClientSession) => Promise<Result>): Promise<Result> {
    try {
      return await inTransaction(this.database.client, work);
    } catch (error) {
      throw isDuplicateKey(error) ? new ImportContested(this.#name) : error;
    }
  }
}

/** Does what is harmless to do again until MongoDB answers, or has not for half a minute. @throws StoreUnavailable then */
async function persevering(work: () => Promise<void>): Promise<void> {
  for (const delay of TRY_AGAIN_AFTER) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await wait(delay);
    }
  }
  await work();
}
