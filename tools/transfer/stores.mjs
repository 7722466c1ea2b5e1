import { existsSync } from 'node:fs';
import { connectMongo, openMongoExport, openMongoImport } from '@headwater/mongo';
import { DataFolderUnreadable, openSqliteExport, openSqliteImport } from '@headwater/sqlite';

/** @param {import('./which-store.mjs').NamedStore} store @returns {Promise<import('@headwater/transfer').ExportSource>} */
export async function openExport(store) {
  if (store.kind === 'mongo') return connected(store, openMongoExport);
  if (!existsSync(store.dataDir)) throw new DataFolderUnreadable(store.dataDir, 'there is no such folder');
  return openSqliteExport(store.dataDir);
}

/** @param {import('./which-store.mjs').NamedStore} store @returns {Promise<import('@headwater/transfer').ImportTarget>} */
export async function openImport(store) {
  return store.kind === 'mongo' ? connected(store, openMongoImport) : openSqliteImport(store.dataDir);
}

/** What is opened closes the connection. */
async function connected({ url, database: name }, open) {
  const database = await connectMongo({ url, database: name, appName: 'headwater-transfer' });
  try {
    return await open(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}
