import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StoreUnavailable, streamName } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT, commitTo, newStream } from '@headwater/event-sourcing/testing';
import { ImportUnfinished, IndexFull, TokenKeyClash } from '@headwater/transfer';
import { exportIndexContract, transferContract, type TransferSubject } from '@headwater/transfer/testing';
import { DataFolderInUse, DataFolderUnreadable } from '../errors.js';
import { DEFAULT_BOUNDS } from '../options.js';
import { openSqliteStore } from '../sqlite-store.js';
import { temporaryFolder, type TemporaryFolder } from '../testing/temporary.js';
import { verifyDataFolder } from '../verify.js';
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

  it('that is full says so, and goes on when there is room', async () => {
    const commits = Array.from({ length: 300 }, () => commitTo(newStream(), 0 as never, { base: 0, content: AWKWARD_CONTENT }));
    const full = openSqliteImport(folder.path, { ...DEFAULT_BOUNDS, maxBytes: 200 * 1024 });
    await full.begin({ sha256: 'a', tokenKeys: [] });
    await full.commits(commits.slice(0, 10), { commits: 10, receipts: 0 });
    const storing = full.commits(commits.slice(10), { commits: 300, receipts: 0 });
    await expect(storing).rejects.toThrow(StoreUnavailable);
    await expect(storing).rejects.toThrow(/full.*Run it again/);
    await full.close();
    const roomy = openSqliteImport(folder.path);
    expect(await roomy.begin({ sha256: 'a', tokenKeys: [] })).toMatchObject({ commits: 10, receipts: 0 });
    await roomy.commits(commits.slice(10), { commits: 300, receipts: 0 });
    await roomy.finish();
    await roomy.close();
    const store = await openSqliteStore({ dataDir: folder.path });
    expect((await store.scan()).commits.map(({ stream }) => stream)).toEqual(commits.map(({ stream }) => stream));
    await store.close();
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

  it('is exported as a killed service has left it, with all that it had acknowledged', async () => {
    const store = await openSqliteStore({ dataDir: join(folder.path, 'running') });
    const commits = Array.from({ length: 20 }, () => commitTo(newStream(), 0 as never, { base: 0 }));
    await store.append(commits);
    // What is in the write-ahead log only, and nothing of what a process keeps in memory.
    mkdirSync(join(folder.path, 'left'));
    for (const file of ['headwater.db', 'headwater.db-wal'])
      copyFileSync(join(folder.path, 'running', file), join(folder.path, 'left', file));
    await store.close();
    const source = openSqliteExport(join(folder.path, 'left'));
    const found: string[] = [];
    for await (const page of source.commits()) found.push(...page.map(({ stream }) => stream));
    await source.close();
    expect(found).toEqual(commits.map(({ stream }) => stream));
    await (await openSqliteStore({ dataDir: join(folder.path, 'left') })).close();
  });

  it('is not exported where there is none', () => {
    expect(() => openSqliteExport(join(folder.path, 'none'))).toThrow(DataFolderUnreadable);
  });
});
