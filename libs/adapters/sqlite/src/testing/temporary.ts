import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStore } from '../sqlite-store.js';
import type { SqliteStoreOptions } from '../options.js';

/** A data folder of its own, removed by `remove`. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'headwater-sqlite-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A store in a folder of its own. */
export interface TemporaryStore {
  readonly folder: string;
  store: SqliteStore;
  /** Closes the store, and opens it again. */
  reopen(options?: Omit<SqliteStoreOptions, 'dataDir'>): Promise<SqliteStore>;
  close(): Promise<void>;
}

export async function temporaryStore(options: Omit<SqliteStoreOptions, 'dataDir'> = {}): Promise<TemporaryStore> {
  const folder = temporaryFolder();
  const subject: TemporaryStore = {
    folder: folder.path,
    store: await openSqliteStore({ ...options, dataDir: folder.path }),
    async reopen(others = options) {
      await subject.store.close();
      subject.store = await openSqliteStore({ ...others, dataDir: folder.path });
      return subject.store;
    },
    async close() {
      await subject.store.close();
      folder.remove();
    },
  };
  return subject;
}
