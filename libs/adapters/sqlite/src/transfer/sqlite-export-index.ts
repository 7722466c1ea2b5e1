import { DatabaseSync } from 'node:sqlite';
import { revision, streamName, type Revision, type StreamName } from '@headwater/event-sourcing';
import { IndexFull, type ExportIndex, type IndexedCommit, type Place } from '@headwater/transfer';
import { Query, limitSize } from '../database.js';
import { isFull } from '../errors.js';

const CACHE_KIB = 32 * 1024;

/** `instant` is the latest that its stream has had, so that no commit is put before an earlier one of its stream. */
const TABLES = `
  CREATE TABLE streams (name TEXT PRIMARY KEY, revision INTEGER NOT NULL, instant TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE commits (instant TEXT NOT NULL, stream TEXT NOT NULL, base INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL) STRICT;
  CREATE TABLE receipts (start INTEGER NOT NULL, length INTEGER NOT NULL) STRICT;
`;

/**
 * The index of an export in a database without a name: SQLite keeps what does not fit into its cache in a file of the system's folder for
 * temporary files, which is gone with the process, however that ends.
 */
export class SqliteExportIndex implements ExportIndex {
  readonly #db = new DatabaseSync('');
  readonly #stream: Query<readonly [revision: number, instant: string]>;
  readonly #addStream: Query;
  readonly #addCommit: Query;
  readonly #addReceipt: Query;

  /** @param maxBytes bounds its size; 0: no bound but the disk's. */
  constructor(maxBytes = 0) {
    const db = this.#db;
    db.exec(`PRAGMA cache_size = -${String(CACHE_KIB)}`);
    db.exec('PRAGMA temp_store = FILE');
    // It lives as long as one run: there is nothing to roll back to, and nothing to recover.
    db.exec('PRAGMA journal_mode = OFF');
    db.exec('PRAGMA synchronous = OFF');
    limitSize(db, maxBytes);
    db.exec(TABLES);
    db.exec('BEGIN');
    this.#stream = new Query(db, 'SELECT revision, instant FROM streams WHERE name = ?');
    this.#addStream = new Query(
      db,
      `INSERT INTO streams (name, revision, instant) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, instant = excluded.instant`,
    );
    this.#addCommit = new Query(db, 'INSERT INTO commits (instant, stream, base, start, length) VALUES (?, ?, ?, ?, ?)');
    this.#addReceipt = new Query(db, 'INSERT INTO receipts (start, length) VALUES (?, ?)');
  }

  endOf(stream: StreamName): Revision {
    return revision(this.#stream.get(stream)?.[0] ?? 0);
  }

  addCommit({ stream, base, events, instant, start, length }: IndexedCommit & { readonly events: number; readonly instant: string }): void {
    const before = this.#stream.get(stream)?.[1] ?? instant;
    const at = instant < before ? before : instant;
    keeping(() => {
      this.#addCommit.run(at, stream, base, start, length);
      this.#addStream.run(stream, base + events, at);
    });
  }

  addReceipt({ start, length }: Place): void {
    keeping(() => this.#addReceipt.run(start, length));
  }

  *commits(skip: number): Iterable<IndexedCommit> {
    const sorted = new Query<readonly [stream: string, base: number, start: number, length: number]>(
      this.#db,
      'SELECT stream, base, start, length FROM commits ORDER BY instant, stream, base LIMIT -1 OFFSET ?',
    );
    for (const [stream, base, start, length] of sorted.iterate(skip)) yield { stream: streamName(stream), base, start, length };
  }

  *receipts(skip: number): Iterable<Place> {
    const all = new Query<readonly [start: number, length: number]>(
      this.#db,
      'SELECT start, length FROM receipts ORDER BY rowid LIMIT -1 OFFSET ?',
    );
    for (const [start, length] of all.iterate(skip)) yield { start, length };
  }

  close(): void {
    this.#db.close();
  }
}

/** @throws IndexFull */
function keeping(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw isFull(error) ? new IndexFull({ cause: error }) : error;
  }
}
