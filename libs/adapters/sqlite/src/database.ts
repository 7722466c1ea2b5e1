import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '@headwater/event-sourcing';
import { isUnavailable, messageOf } from './errors.js';
import { BoundedMap } from './bounded-map.js';
import type { StoreBounds } from './options.js';

/** A value as SQLite gives it back; no integer of ours is beyond 2^53, and there is one blob only. */
export type Column = SQLOutputValue;

/** A prepared statement whose rows are tuples: they are made faster than objects, and the type names what is where. */
export class Query<Row extends readonly Column[] = readonly Column[]> {
  readonly #statement: StatementSync;

  constructor(db: DatabaseSync, sql: string) {
    this.#statement = db.prepare(sql);
    this.#statement.setReturnArrays(true);
  }

  get(...values: readonly SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as unknown as Row | undefined;
  }

  all(...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#statement.all(...values) as unknown as readonly Row[];
  }

  /** To be read to its end, or left, without waiting for anything: an open statement keeps the write-ahead log from being reset. */
  iterate(...values: readonly SQLInputValue[]): Iterable<Row> {
    return this.#statement.iterate(...values) as unknown as Iterable<Row>;
  }

  /** Inserts a row. @returns its row id. (`RETURNING` would make a temporary table each time.) */
  insert(...values: readonly SQLInputValue[]): number {
    return Number(this.#statement.run(...values).lastInsertRowid);
  }

  /** @returns how many rows were changed. */
  run(...values: readonly SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }
}

/** How many of the statements that are made to measure are kept. */
const KEPT_STATEMENTS = 256;

/** Statements that are prepared when they are first used, by their text. */
export class Queries {
  readonly #prepared = new BoundedMap<string, Query>(KEPT_STATEMENTS);

  constructor(private readonly db: DatabaseSync) {}

  of<Row extends readonly Column[]>(sql: string): Query<Row> {
    let query = this.#prepared.get(sql);
    if (query === undefined) {
      query = new Query(this.db, sql);
      this.#prepared.set(sql, query);
    }
    return query as Query<Row>;
  }
}

/** The one connection that writes. */
export function openForWriting(path: string, bounds: StoreBounds): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: bounds.busyMilliseconds, enableForeignKeyConstraints: false });
  try {
    // 4 KiB pages: a write touches a handful of index pages at random, and each goes through the write-ahead log as a whole.
    db.exec('PRAGMA page_size = 4096');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec(`PRAGMA cache_size = -${String(bounds.writerCacheKiB)}`);
    db.exec('PRAGMA temp_store = MEMORY');
    // The writer writes the log back itself, after it has answered (writer-loop.ts), not inside somebody's commit.
    db.exec('PRAGMA wal_autocheckpoint = 0');
    db.exec(`PRAGMA journal_size_limit = ${String(bounds.walPages * 4096 * 2)}`);
    limitSize(db, bounds.maxBytes);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Bounds the database file; 0 lifts the bound. Beyond it SQLite answers as it does when the disk is full. */
export function limitSize(db: DatabaseSync, maxBytes: number): void {
  const pages = maxBytes === 0 ? 0xfffffffe : Math.max(1, Math.floor(maxBytes / 4096));
  db.exec(`PRAGMA max_page_count = ${String(pages)}`);
}

/** A connection for readers of a file that the writer has opened. */
export function openForReading(path: string, bounds: StoreBounds): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: bounds.busyMilliseconds, enableForeignKeyConstraints: false });
  db.exec(`PRAGMA cache_size = -${String(bounds.readerCacheKiB)}`);
  db.exec('PRAGMA temp_store = MEMORY');
  return db;
}

/** As SQLite compares texts: by the bytes of their UTF-8, that is, by code point. */
export const compareTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Asks something; a database that is closed or cannot be read is `StoreUnavailable`. */
export function asking<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (isUnavailable(error)) throw new StoreUnavailable(`The store cannot be read just now: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}

/** Asks several things of one snapshot, without waiting for anything. @throws StoreUnavailable */
export function inSnapshot<T>(db: DatabaseSync, ask: () => T): T {
  return asking(() => {
    db.exec('BEGIN');
    try {
      return ask();
    } finally {
      // An error may have ended the transaction already.
      if (db.isTransaction) db.exec('COMMIT');
    }
  });
}
