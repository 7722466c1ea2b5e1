import { resolve } from 'node:path';

/** What was typed cannot be meant: told with the usage. */
export class UsageError extends Error {
  name = 'UsageError';
}

/** Options of parseArgs by which a store is named. */
export const storeOptions = {
  'data-dir': { type: 'string' },
  'mongo-url': { type: 'string' },
  database: { type: 'string' },
};

/** Their part of a usage. */
export const storeUsage = `The store is a data folder or a database of MongoDB:
  --data-dir FOLDER    by default HEADWATER_DATA_DIR, or ./data
  --mongo-url URL      by default HEADWATER_MONGO_URL; a password is better there than on a command line
  --database NAME      by default HEADWATER_MONGO_DATABASE, or headwater`;

/**
 * @typedef {{ kind: 'folder', dataDir: string } | { kind: 'mongo', url: string, database: string }} NamedStore
 * @param {{ 'data-dir'?: string, 'mongo-url'?: string, database?: string }} values what was typed
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {NamedStore}
 * @throws {UsageError}
 */
export function whichStore(values, env) {
  const { 'data-dir': folder, 'mongo-url': url, database } = values;
  const named = url !== undefined || database !== undefined;
  if (folder !== undefined && named) throw new UsageError('Name a data folder or a database, not both.');
  if (folder !== undefined) return folderAt(folder);
  const configured = env.HEADWATER_MONGO_URL;
  if (!named && configured === undefined) return folderAt(env.HEADWATER_DATA_DIR ?? './data');
  if (!named && env.HEADWATER_DATA_DIR !== undefined) {
    throw new UsageError('HEADWATER_DATA_DIR and HEADWATER_MONGO_URL are both set: say which is meant with --data-dir or --mongo-url.');
  }
  const address = url ?? configured;
  if (address === undefined) throw new UsageError('--database needs --mongo-url or HEADWATER_MONGO_URL.');
  if (!/^mongodb(\+srv)?:\/\/\S+$/.test(address)) throw new UsageError('The address of MongoDB begins with mongodb:// or mongodb+srv://.');
  return { kind: 'mongo', url: address, database: database ?? env.HEADWATER_MONGO_DATABASE ?? 'headwater' };
}

const folderAt = (folder) => {
  if (folder === '') throw new UsageError('--data-dir is empty.');
  return { kind: 'folder', dataDir: resolve(folder) };
};

/** What to call a store in messages. A URL may hold a password and is not shown. @param {NamedStore} store */
export const nameOf = (store) => (store.kind === 'folder' ? store.dataDir : `the database ${store.database}`);
