import { join } from 'node:path';
import { exportIndexContract, transferContract, type TransferSubject } from '@headwater/transfer/testing';
import { streamName } from '@headwater/event-sourcing';
import { ImportUnfinished, IndexFull, TokenKeyClash } from '@headwater/transfer';
import { DataFolderInUse, DataFolderUnreadable } from '../errors.js';
import { openSqliteStore } from '../sqlite-store.js';
import { verifyDataFolder } from '../verify.js';
import { temporaryFolder, type TemporaryFolder } from '../testing/temporary.js';
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

describe('An index of an export', () => {
  it('says where there is no room for it', () => {
    const index = new SqliteExportIndex(256 * 1024);
    const fill = (): void => {
      for (let base = 0; base < 100_000; base += 1) {
        index.addCommit({ stream: streamName(`stream-${String(base)}`), base: 0, events: 1, instant: '2026', start: 0, length: 1 });
      }
    };
    expect(fill).toThrow(IndexFull);
    index.close();
  });
});

describe('A data folder that is imported into', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is one import’s at a time, and no service’s', async () => {
    const target = openSqliteImport(folder.path);
    expect(() => openSqliteImport(folder.path)).toThrow(DataFolderInUse);
    await expect(openSqliteStore({ dataDir: folder.path })).rejects.toThrow(DataFolderInUse);
    await target.close();
    await (await openSqliteStore({ dataDir: folder.path })).close();
  });

  it('is not checked before it is whole', async () => {
    const target = openSqliteImport(folder.path);
    await target.begin({ sha256: 'a', tokenKeys: [] });
    await target.close();
    await expect(verifyDataFolder(folder.path)).rejects.toThrow(ImportUnfinished);
  });

  it('keeps no key that another of its own hides, and knows its own again', async () => {
    await (await openSqliteStore({ dataDir: folder.path })).close();
    const source = openSqliteExport(folder.path);
    const [own] = await source.tokenKeys();
    await source.close();
    const target = openSqliteImport(folder.path);
    const other = { id: own.id, secret: Buffer.alloc(32) };
    await expect(target.begin({ sha256: 'a', tokenKeys: [other] })).rejects.toThrow(TokenKeyClash);
    // Nothing was begun.
    await target.begin({ sha256: 'b', tokenKeys: [own] });
    await target.finish();
    await target.close();
    const store = await openSqliteStore({ dataDir: folder.path });
    expect(await store.tokenKeys()).toHaveLength(1);
    await store.close();
  });

  it('is not exported where there is none', () => {
    expect(() => openSqliteExport(join(folder.path, 'none'))).toThrow(DataFolderUnreadable);
  });
});
