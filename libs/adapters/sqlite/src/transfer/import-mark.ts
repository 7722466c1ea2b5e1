import type { DatabaseSync } from 'node:sqlite';
import { ImportUnfinished, type Imported } from '@headwater/transfer';
import { Query } from '../database.js';

/** What the store remembers of an import that is not finished. */
export interface ImportMark extends Imported {
  readonly sha256: string;
}

/** The row of `meta` that marks a store as having a part of an export only. */
const KEY = 'import';

export function readImportMark(db: DatabaseSync): ImportMark | undefined {
  const [value] = new Query<readonly [string]>(db, 'SELECT value FROM meta WHERE key = ?').get(KEY) ?? [];
  return value === undefined ? undefined : (JSON.parse(value) as ImportMark);
}

/** Must be called before anything of a store is served, exported or checked. @throws ImportUnfinished */
export function assertWhole(db: DatabaseSync, folder: string): void {
  if (readImportMark(db) !== undefined) throw new ImportUnfinished(folder);
}

/** Writes the mark, in whatever transaction is open. */
export class ImportMarks {
  readonly #put: Query;
  readonly #remove: Query;

  constructor(db: DatabaseSync) {
    this.#put = new Query(db, 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
    this.#remove = new Query(db, 'DELETE FROM meta WHERE key = ?');
  }

  put(mark: ImportMark): void {
    this.#put.run(KEY, JSON.stringify(mark));
  }

  remove(): void {
    this.#remove.run(KEY);
  }
}
