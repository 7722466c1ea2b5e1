import { pushId, type Commit, type Epoch, type Receipt, type TokenKey } from '@headwater/event-sourcing';
import type { ExportSource } from '@headwater/transfer';
import type { ClientSession, FindOptions } from 'mongodb';
import { causalRead } from '../causal-read.js';
import type { MongoDatabase } from '../database.js';
import { asking } from '../errors.js';
import { COMMITS } from '../event-store/collections.js';
import { CommitReader } from '../event-store/commit-reader.js';
import { requireMeta } from '../event-store/meta.js';
import { DEFAULT_EVENT_STORE_BOUNDS } from '../event-store/options.js';
import { findReceipt, pushesAfter } from '../event-store/receipts.js';
import { readTokenKeys } from '../event-store/token-keys.js';
import { assertWhole } from './import-mark.js';

/**
 * Opens a prepared database for an export, beside the services that use it. The connection is closed with the source.
 *
 * @throws DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, ImportUnfinished, StoreUnavailable
 */
export async function openMongoExport(database: MongoDatabase): Promise<ExportSource> {
  return asking(async () => {
    const { epoch } = await requireMeta(database.db);
    await assertWhole(database.db);
    return new MongoExportSource(database, epoch);
  });
}

/** Receipts that are looked for at once; each is read by itself, as it may be large. */
const PUSHES = 100;

/**
 * Reads in one causally consistent session: what is read later is never older, also where another primary answers. So the commits that a receipt
 * names are there when commits are read after receipts. Both are paged by key, as a snapshot of the server would not last long enough.
 */
class MongoExportSource implements ExportSource {
  readonly #session: ClientSession;
  readonly #commits: CommitReader;

  constructor(
    private readonly database: MongoDatabase,
    private readonly logEpoch: Epoch,
  ) {
    this.#session = database.client.startSession({ causalConsistency: true });
    this.#commits = new CommitReader(database.db, DEFAULT_EVENT_STORE_BOUNDS.pageBytes);
  }

  async epoch(): Promise<Epoch> {
    return this.logEpoch;
  }

  tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]> {
    return asking(() => readTokenKeys(this.database.db));
  }

  /** Commits, nearly all of which have one event. */
  estimate(): Promise<number> {
    return asking(() => this.database.db.collection(COMMITS).estimatedDocumentCount());
  }

  async *receipts(): AsyncIterable<readonly Receipt[]> {
    let pushes = await this.#pushesAfter();
    for (let last = pushes.at(-1); last !== undefined; last = pushes.at(-1)) {
      for (const push of pushes) {
        const receipt = await asking(() => findReceipt(this.database.db, pushId(push), this.#options));
        if (receipt !== undefined) yield [receipt];
      }
      pushes = await this.#pushesAfter(last);
    }
  }

  get #options(): FindOptions {
    return causalRead(this.#session);
  }

  #pushesAfter(push?: string): Promise<readonly string[]> {
    return asking(() => pushesAfter(this.database.db, push, PUSHES, this.#options));
  }

  async *commits(): AsyncIterable<readonly Commit[]> {
    let after: string | undefined;
    do {
      const { commits, next } = await asking(() => this.#commits.scan(after, this.#options));
      yield commits;
      after = next;
    } while (after !== undefined);
  }

  async close(): Promise<void> {
    await this.#session.endSession();
    await this.database.close();
  }
}
