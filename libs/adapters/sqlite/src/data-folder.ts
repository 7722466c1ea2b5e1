import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderInUse, DataFolderUnreadable, isBusy, messageOf } from './errors.js';

export const databasePath = (dataDir: string): string => join(dataDir, 'headwater.db');

/** Holds a data folder for this process. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes a data folder: an open exclusive transaction on a database of its own. The operating system frees it when the process ends, however
 * it ends, so there is no stale lock to clear away by hand, as there would be with a file that names a process.
 *
 * @throws DataFolderInUse, DataFolderUnreadable
 */
export function lockFolder(dataDir: string): FolderLock {
  try {
    // Its owner's alone: it holds everybody's documents and the secret that tokens are signed with.
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new DataFolderUnreadable(dataDir, messageOf(error), { cause: error });
  }
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dataDir, 'lock.db'));
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (isBusy(error)) throw new DataFolderInUse(dataDir);
    throw new DataFolderUnreadable(dataDir, `its lock.db cannot be opened for writing (${messageOf(error)})`, { cause: error });
  }
  const held = lock;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}
