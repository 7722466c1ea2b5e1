import { existsSync } from 'node:fs';
import { DataFolderUnreadable, openSqliteExport, openSqliteImport } from '@headwater/sqlite';

/** @param {import('./which-store.mjs').NamedStore} store @returns {Promise<import('@headwater/transfer').ExportSource>} */
export async function openExport(store) {
  if (!existsSync(store.dataDir)) throw new DataFolderUnreadable(store.dataDir, 'there is no such folder');
  return openSqliteExport(store.dataDir);
}

/** @param {import('./which-store.mjs').NamedStore} store @returns {Promise<import('@headwater/transfer').ImportTarget>} */
export async function openImport(store) {
  return openSqliteImport(store.dataDir);
}
