import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { PARTITION_HASH } from '@headwater/event-sourcing';
import { DataFolderTooNew, DataFolderUnreadable } from './errors.js';

/** Marks a file as ours, for `file` and for us: "HDWR". */
const APPLICATION_ID = 0x48445752;

/** SQLite has one partition; the names are data, so that an import elsewhere knows what it reads. */
const PARTITIONS = 1;

/**
 * Format 1.
 *
 * The log: `seq` is the offset plus one, contiguous, as only the writer gives numbers and a rolled back one is given again. Columns stand in
 * the order in which they are wanted most, because a long row continues in other pages: `after` (the state that decisions load) first,
 * `expanded` last. Bodies are in a table with a row id: without one, SQLite would keep them in the inner pages too.
 *
 * `streams` also names streams that only a projection has heard of; their revision is 0.
 * `terms` holds texts that many rows repeat: projects, schemas, sets of types, actors, paths of links.
 * A receipt names the range of its commits, which are contiguous; `written` is kept where the caller's list says something else.
 */
const FORMAT_1 = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE token_keys (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, secret BLOB NOT NULL) STRICT;

  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    base INTEGER NOT NULL,
    newest INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    base INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    after TEXT,
    source TEXT,
    compacted TEXT,
    head TEXT NOT NULL,
    expanded TEXT
  ) STRICT;
  CREATE UNIQUE INDEX log_of_stream ON log (stream, revision);
  CREATE TABLE receipts (push TEXT PRIMARY KEY, first INTEGER, last INTEGER, written TEXT) STRICT;

  CREATE TABLE terms (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE projection_copies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('building', 'served', 'retired')),
    UNIQUE (name, version)
  ) STRICT;
  CREATE TABLE watermarks (
    copy INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    PRIMARY KEY (copy, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE parked (
    copy INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    reason TEXT NOT NULL,
    after INTEGER,
    PRIMARY KEY (copy, stream, revision)
  ) STRICT, WITHOUT ROWID;
`;

/** What brings a file from each format to the next. An entry that was released is never changed. */
const MIGRATIONS: readonly { readonly format: number; readonly sql: string }[] = [{ format: 1, sql: FORMAT_1 }];

export const NEWEST_FORMAT = MIGRATIONS.length;

/** The format of a file; 0 for an empty one. @throws DataFolderUnreadable for a database that is not ours. */
export function formatOf(db: DatabaseSync, folder: string): number {
  const tables = db.prepare('SELECT name FROM sqlite_schema').all();
  if (tables.length === 0) return 0;
  const id = db.prepare('PRAGMA application_id').get()?.['application_id'];
  if (id !== APPLICATION_ID || !tables.some(({ name }) => name === 'schema_versions')) {
    throw new DataFolderUnreadable(folder, 'headwater.db is a database of another program');
  }
  return Number(db.prepare('SELECT max(version) AS version FROM schema_versions').get()?.['version'] ?? 0);
}

/**
 * Brings a file to the newest format, all in one transaction, and gives a new one its epoch and its token key.
 *
 * @throws DataFolderTooNew, DataFolderUnreadable
 */
export function migrate(db: DatabaseSync, folder: string): void {
  const found = formatOf(db, folder);
  if (found > NEWEST_FORMAT) throw new DataFolderTooNew(folder, found, NEWEST_FORMAT);
  if (found === NEWEST_FORMAT) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(`PRAGMA application_id = ${String(APPLICATION_ID)}`);
    db.exec('CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT');
    for (const { format, sql } of MIGRATIONS) {
      if (format <= found) continue;
      db.exec(sql);
      db.prepare('INSERT INTO schema_versions (version, applied_at) VALUES (?, ?)').run(format, new Date().toISOString());
    }
    if (found === 0) initialize(db);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function initialize(db: DatabaseSync): void {
  const meta = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
  meta.run('epoch', randomBytes(8).toString('hex'));
  meta.run('partitions', String(PARTITIONS));
  meta.run('partition_hash', PARTITION_HASH);
  db.prepare('INSERT INTO token_keys (id, secret) VALUES (?, ?)').run(randomBytes(3).toString('hex'), randomBytes(32));
}
