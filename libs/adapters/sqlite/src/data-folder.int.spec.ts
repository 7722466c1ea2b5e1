import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '@headwater/event-sourcing';
import { commitTo, newStream } from '@headwater/event-sourcing/testing';
import { World } from '@headwater/read-models/testing';
import { databasePath } from './data-folder.js';
import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable } from './errors.js';
import { NEWEST_FORMAT } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';
import { ONLY_PARTITION } from './stored-log.js';
import { temporaryFolder, temporaryStore, type TemporaryFolder } from './testing/temporary.js';

/** A program that opens the store of a folder and does something with it. */
function script(dataDir: string, then: string): string {
  const module = new URL('./sqlite-store.js', import.meta.url).href;
  const path = join(dataDir, 'script.mjs');
  writeFileSync(
    path,
    `const { openSqliteStore } = await import(${JSON.stringify(module)});
     const store = await openSqliteStore({ dataDir: ${JSON.stringify(dataDir)} });
     ${then}`,
  );
  return path;
}

describe('A data folder', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is made where it is missing', async () => {
    const dataDir = join(folder.path, 'a', 'b');
    await (await openSqliteStore({ dataDir })).close();
    expect(existsSync(databasePath(dataDir))).toBe(true);
  });

  it('is for one store at a time, and free again after it', async () => {
    const store = await openSqliteStore({ dataDir: folder.path });
    await expect(openSqliteStore({ dataDir: folder.path })).rejects.toThrow(DataFolderInUse);
    // The refused one has not taken the lock away from the other.
    await expect(openSqliteStore({ dataDir: folder.path })).rejects.toThrow(DataFolderInUse);
    expect(await store.append([commitTo(newStream(), ONLY_PARTITION, { base: 0 })])).toEqual([{ status: 'appended' }]);
    await store.close();
    await (await openSqliteStore({ dataDir: folder.path })).close();
  });

  it('is for one process at a time, and free again when that is killed', async () => {
    const other = spawn(process.execPath, [script(folder.path, "console.log('open'); setInterval(() => undefined, 1000);")], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await new Promise<void>((resolve) => other.stdout.on('data', () => resolve()));
      await expect(openSqliteStore({ dataDir: folder.path })).rejects.toThrow(DataFolderInUse);
    } finally {
      const ended = new Promise((resolve) => other.once('exit', resolve));
      other.kill('SIGKILL');
      await ended;
    }
    await (await openSqliteStore({ dataDir: folder.path })).close();
  });

  it('of a newer release is refused, naming both formats, and left as it is', async () => {
    await (await openSqliteStore({ dataDir: folder.path })).close();
    const db = new DatabaseSync(databasePath(folder.path));
    db.prepare('INSERT INTO schema_versions (version, applied_at) VALUES (?, ?)').run(NEWEST_FORMAT + 1, '2030-01-01T00:00:00.000Z');
    db.close();
    const opening = openSqliteStore({ dataDir: folder.path });
    await expect(opening).rejects.toThrow(DataFolderTooNew);
    await expect(opening).rejects.toThrow(new RegExp(`format ${NEWEST_FORMAT + 1}.*up to ${NEWEST_FORMAT}`));
    // Nothing is held after a refusal.
    await expect(openSqliteStore({ dataDir: folder.path })).rejects.toThrow(DataFolderTooNew);
  });

  it('with something that is no database is refused', async () => {
    writeFileSync(databasePath(folder.path), 'This is a letter to my landlord. '.repeat(100));
    await expect(openSqliteStore({ dataDir: folder.path })).rejects.toThrow(DataFolderUnreadable);
  });

  it('with the database of another program is refused, and left as it is', async () => {
    const db = new DatabaseSync(databasePath(folder.path));
    db.exec('CREATE TABLE recipes (name TEXT)');
    db.close();
    await expect(openSqliteStore({ dataDir: folder.path })).rejects.toThrow(DataFolderUnreadable);
    const again = new DatabaseSync(databasePath(folder.path));
    expect(again.prepare('SELECT name FROM sqlite_schema').all()).toEqual([expect.objectContaining({ name: 'recipes' })]);
    again.close();
  });

  it('that cannot be made is refused', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    await expect(openSqliteStore({ dataDir: join(folder.path, 'file', 'data') })).rejects.toThrow(DataFolderUnreadable);
    mkdirSync(join(folder.path, 'folder', 'headwater.db'), { recursive: true });
    await expect(openSqliteStore({ dataDir: join(folder.path, 'folder') })).rejects.toThrow(DataFolderUnreadable);
  });
});

describe('Closing a store', () => {
  it('stores what was accepted, leaves one whole file, and can be repeated', async () => {
    const subject = await temporaryStore();
    const { store } = subject;
    const streams = Array.from({ length: 50 }, () => newStream());
    const outcomes = Promise.all(streams.map((stream) => store.append([commitTo(stream, ONLY_PARTITION, { base: 0 })])));
    await Promise.all([store.close(), store.close()]);
    await store.close();
    expect((await outcomes).flat()).toEqual(streams.map(() => ({ status: 'appended' })));
    expect(existsSync(`${databasePath(subject.folder)}-wal`)).toBe(false);
    const again = await subject.reopen();
    expect((await again.newest(streams)).map((newest) => newest?.revision)).toEqual(streams.map(() => 1));
    await subject.close();
  });

  it('refuses what comes after it', async () => {
    const subject = await temporaryStore();
    const { store } = subject;
    await store.close();
    const stream = newStream();
    await expect(store.append([commitTo(stream, ONLY_PARTITION, { base: 0 })])).rejects.toThrow(StoreUnavailable);
    await expect(store.newest([stream])).rejects.toThrow(StoreUnavailable);
    await expect(store.resources.latest(stream)).rejects.toThrow(StoreUnavailable);
    await expect(store.feed.head()).rejects.toThrow(StoreUnavailable);
    await expect(store.caughtUp()).rejects.toThrow(StoreUnavailable);
    await subject.close();
  });

  it('ends the process: nothing of the store keeps it alive', async () => {
    const subject = await temporaryStore();
    await subject.store.close();
    const other = spawn(process.execPath, [script(subject.folder, 'await store.close();')], { stdio: 'inherit' });
    expect(await new Promise((resolve) => other.once('exit', resolve))).toBe(0);
    await subject.close();
  });
});

describe('A store that was opened again', () => {
  it('goes on with the log, the read models and the feed where they were', async () => {
    const subject = await temporaryStore();
    const world = new World(subject.store);
    await world.create({ id: 'https://example.org/a' });
    await subject.store.caughtUp();
    const head = await subject.store.feed.head();
    const again = await subject.reopen();
    await again.feed.verify(head);
    expect(await again.feed.head()).toEqual(head);
    const more = new World(again);
    more.now = world.now;
    await more.update({ id: 'https://example.org/a' }, 1);
    await again.caughtUp();
    const { entries } = await again.feed.history({ kind: 'global' }, head, 10);
    expect(entries.map(({ offset, revision }) => [offset, revision])).toEqual([[1, 2]]);
    await subject.close();
  });
});
