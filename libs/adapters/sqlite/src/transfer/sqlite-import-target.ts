import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable, partition, type Commit, type Receipt, type TokenKey } from '@headwater/event-sourcing';
import {
  OtherImport,
  StoreNotEmpty,
  TokenKeyClash,
  type ExportedCommit,
  type ImportStart,
  type ImportTarget,
  type Imported,
} from '@headwater/transfer';
import { Appender, GroupRefused } from '../appender.js';
import { Checkpoints } from '../checkpoint.js';
import { databasePath, lockFolder, type FolderLock } from '../data-folder.js';
import { Query, openForWriting } from '../database.js';
import { DataFolderUnreadable, isUnavailable, isUnreadable, messageOf } from '../errors.js';
import { putCommit, type Field, type Unit } from '../messages.js';
import { DEFAULT_BOUNDS, type StoreBounds } from '../options.js';
import { migrate } from '../schema.js';
import { Streams } from '../streams.js';
import { ImportMarks, readImportMark, type ImportMark } from './import-mark.js';

/**
 * Takes a data folder for an import; it is made where it is missing.
 *
 * @throws DataFolderInUse, DataFolderTooNew, DataFolderUnreadable
 */
export function openSqliteImport(dataDir: string, bounds: StoreBounds = DEFAULT_BOUNDS): ImportTarget {
  const lock = lockFolder(dataDir);
  let db: DatabaseSync | undefined;
  try {
    db = openForWriting(databasePath(dataDir), bounds);
    migrate(db, dataDir);
    return new SqliteImportTarget(db, dataDir, lock, bounds);
  } catch (error) {
    db?.close();
    lock.release();
    if (isUnreadable(error)) throw new DataFolderUnreadable(dataDir, messageOf(error), { cause: error });
    throw error;
  }
}

/** A batch of the import is one transaction, which also notes how far the import has come. Read models are built at the next start. */
class SqliteImportTarget implements ImportTarget {
  readonly #appender: Appender;
  readonly #marks: ImportMarks;
  readonly #checkpoints: Checkpoints;
  #sha256 = '';

  constructor(
    private readonly db: DatabaseSync,
    private readonly folder: string,
    private readonly lock: FolderLock,
    bounds: StoreBounds,
  ) {
    this.#appender = new Appender(db, new Streams(db, bounds.cachedNames));
    this.#marks = new ImportMarks(db);
    this.#checkpoints = new Checkpoints(db, bounds.walPages, bounds.busyMilliseconds);
  }

  async assertImportable(): Promise<void> {
    if (readImportMark(this.db) === undefined && !this.#isEmpty()) throw new StoreNotEmpty(this.folder);
  }

  async begin({ sha256, tokenKeys }: ImportStart): Promise<Imported> {
    this.#sha256 = sha256;
    const mark = readImportMark(this.db);
    if (mark !== undefined) {
      if (mark.sha256 !== sha256) throw new OtherImport(this.folder);
      return mark;
    }
    await this.assertImportable();
    const start: ImportMark = { sha256, commits: 0, receipts: 0 };
    storing(() =>
      this.#inTransaction(() => {
        this.#keep(tokenKeys);
        this.#marks.put(start);
      }),
    );
    return start;
  }

  async commits(commits: readonly ExportedCommit[], done: Imported): Promise<void> {
    this.#append(
      [{ kind: 'together', commits: commits.length }],
      commits.map((commit) => ({ ...commit, partition: partition(0) })),
      done,
    );
  }

  async receipts(receipts: readonly Receipt[], done: Imported): Promise<void> {
    this.#append(
      receipts.map((receipt) => ({ kind: 'together', commits: 0, receipt })),
      [],
      done,
    );
  }

  async finish(): Promise<void> {
    storing(() => {
      this.#inTransaction(() => this.#marks.remove());
      this.#checkpoints.whole();
    });
  }

  async close(): Promise<void> {
    if (this.db.isOpen) this.db.close();
    this.lock.release();
  }

  #isEmpty(): boolean {
    const [used] = new Query<readonly [number]>(this.db, 'SELECT EXISTS (SELECT 1 FROM log) OR EXISTS (SELECT 1 FROM receipts)').get() ?? [
      1,
    ];
    return used === 0;
  }

  /** The store's own key was there first and stays the one that tokens are made with: what is behind it is only opened with. */
  #keep(keys: readonly TokenKey[]): void {
    const secretOf = new Query<readonly [Uint8Array<ArrayBuffer>]>(this.db, 'SELECT secret FROM token_keys WHERE id = ?');
    const first = new Query<readonly [number]>(this.db, 'SELECT min(position) FROM token_keys');
    const insert = new Query(this.db, 'INSERT INTO token_keys (position, id, secret) VALUES (?, ?, ?)');
    for (const { id, secret } of keys) {
      const known = secretOf.get(id)?.[0];
      if (known === undefined) insert.run((first.get()?.[0] ?? 1) - 1, id, secret);
      else if (!Buffer.from(known).equals(secret)) throw new TokenKeyClash(this.folder, id);
    }
  }

  #append(units: readonly Unit[], commits: readonly Commit[], done: Imported): void {
    const fields: Field[] = [];
    for (const commit of commits) putCommit(fields, commit);
    storing(() => {
      this.#appender.append(units, fields, (outcomes) => {
        if (outcomes.some(({ conflicts }) => conflicts.length > 0)) throw new Error('A commit is not based on the one before it.');
        this.#marks.put({ sha256: this.#sha256, ...done });
      });
      this.#checkpoints.whenGrown();
    });
  }

  #inTransaction(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** @throws StoreUnavailable where the disk is full or fails: what was stored before stays. */
function storing(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof GroupRefused) && !isUnavailable(error)) throw error;
    throw new StoreUnavailable(`The import cannot go on: ${messageOf(error)}. Run it again with the same file when this is mended.`, {
      cause: error,
    });
  }
}
