import type { DatabaseSync } from 'node:sqlite';
import { pushId, type Commit, type Epoch, type Receipt, type TokenKey } from '@headwater/event-sourcing';
import type { ExportSource } from '@headwater/transfer';
import { databasePath } from '../data-folder.js';
import { Query, asking, inSnapshot, openForReading } from '../database.js';
import { DataFolderTooNew, DataFolderUnreadable, isUnreadable, messageOf } from '../errors.js';
import { EventReader } from '../event-reader.js';
import { DEFAULT_BOUNDS } from '../options.js';
import { NEWEST_FORMAT, formatOf } from '../schema.js';
import { assertWhole } from './import-mark.js';

/**
 * Opens a data folder for an export, without taking it: a service may be serving it.
 *
 * @throws DataFolderTooNew, DataFolderUnreadable, ImportUnfinished
 */
export function openSqliteExport(dataDir: string): ExportSource {
  let db: DatabaseSync | undefined;
  try {
    db = openForReading(databasePath(dataDir), DEFAULT_BOUNDS);
    const format = formatOf(db, dataDir);
    if (format > NEWEST_FORMAT) throw new DataFolderTooNew(dataDir, format, NEWEST_FORMAT);
    if (format < NEWEST_FORMAT) throw new DataFolderUnreadable(dataDir, 'it is empty or of an older format: start the service once');
    assertWhole(db, dataDir);
    return new SqliteExportSource(db);
  } catch (error) {
    db?.close();
    if (isUnreadable(error)) throw new DataFolderUnreadable(dataDir, messageOf(error), { cause: error });
    throw error;
  }
}

/**
 * What was in the file when it was opened, whatever is written afterwards: rows of the log and receipts are only ever added, both ends were
 * looked at together, and a transaction of the writer lies on one side of them. Hence nothing has to be kept open between two pages.
 */
class SqliteExportSource implements ExportSource {
  readonly #events: EventReader;
  readonly #nextPush: Query<readonly [rowid: number, push: string]>;
  readonly #lastSeq: number;
  readonly #lastReceipt: number;

  constructor(private readonly db: DatabaseSync) {
    this.#events = new EventReader(db, DEFAULT_BOUNDS.pageCharacters);
    this.#nextPush = new Query(db, 'SELECT rowid, push FROM receipts WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT 1');
    const end = (table: string): number => new Query<readonly [number | null]>(db, `SELECT max(rowid) FROM ${table}`).get()?.[0] ?? 0;
    [this.#lastSeq, this.#lastReceipt] = inSnapshot(db, () => [end('log'), end('receipts')] as const);
  }

  epoch(): Promise<Epoch> {
    return this.#events.epoch();
  }

  tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]> {
    return this.#events.tokenKeys();
  }

  async estimate(): Promise<number> {
    return this.#lastSeq;
  }

  /** One at a time: a receipt may name as many streams as a push can have. */
  async *receipts(): AsyncIterable<readonly Receipt[]> {
    for (let next = this.#nextReceipt(0); next !== undefined; next = this.#nextReceipt(next[0])) {
      const receipt = await this.#events.receipt(pushId(next[1]));
      if (receipt !== undefined) yield [receipt];
    }
  }

  #nextReceipt(after: number): readonly [rowid: number, push: string] | undefined {
    return asking(() => this.#nextPush.get(after, this.#lastReceipt));
  }

  async *commits(): AsyncIterable<readonly Commit[]> {
    let after: string | undefined;
    do {
      const { commits, next } = await this.#events.scan(after, this.#lastSeq);
      yield commits;
      after = next;
    } while (after !== undefined);
  }

  async close(): Promise<void> {
    if (this.db.isOpen) this.db.close();
  }
}
