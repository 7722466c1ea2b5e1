import { join } from 'node:path';
import { exportIndexContract, transferContract, type TransferSubject } from '@headwater/transfer/testing';
import { openSqliteStore } from '../sqlite-store.js';
import { temporaryFolder } from '../testing/temporary.js';
import { SqliteExportIndex } from './sqlite-export-index.js';
import { openSqliteExport } from './sqlite-export-source.js';
import { openSqliteImport } from './sqlite-import-target.js';

exportIndexContract('SqliteExportIndex', () => new SqliteExportIndex());

transferContract('The SQLite store', async (): Promise<TransferSubject> => {
  const folder = temporaryFolder();
  const [served, other] = [join(folder.path, 'served'), join(folder.path, 'other')];
  const store = await openSqliteStore({ dataDir: served });
  return {
    store,
    source: async () => openSqliteExport(served),
    target: async () => openSqliteImport(other),
    imported: () => openSqliteStore({ dataDir: other }),
    importedSource: async () => openSqliteExport(other),
    close: async () => {
      await store.close();
      folder.remove();
    },
  };
});
