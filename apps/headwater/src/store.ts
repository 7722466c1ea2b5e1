import type { EmbeddedConfig } from '@headwater/platform/config';
import { openSqliteStore, type SqliteStore, type StoreObserver } from '@headwater/sqlite';

/** A store, and what is to hear of its work: nobody, until it is told. */
export interface OpenedStore {
  readonly store: SqliteStore;
  readonly observer: StoreObserver;
}

/**
 * Opens the store in the data folder, within the configuration's bounds.
 *
 * @throws DataFolderInUse, DataFolderTooNew, DataFolderUnreadable
 */
export async function openStore(config: EmbeddedConfig): Promise<OpenedStore> {
  const observer: StoreObserver = {};
  const bounds = { queuedCommits: config.appendQueueMax, queuedCharacters: config.appendQueueBytes, maxBytes: config.maxDataBytes };
  return { store: await openSqliteStore({ dataDir: config.dataDir, bounds, observer }), observer };
}
