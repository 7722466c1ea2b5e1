import { streamName, type TokenKey } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT, commitTo, withSubject } from '@headwater/event-sourcing/testing';
import { ImportContested, StoreInUse, TokenKeyClash, type ExportedCommit, type ImportTarget } from '@headwater/transfer';
import { transferContract, type TransferSubject } from '@headwater/transfer/testing';
import { openMongoEventStore } from '../event-store/mongo-event-store.js';
import { DatabaseNotPrepared } from '../errors.js';
import { META } from '../event-store/collections.js';
import { readTokenKeys } from '../event-store/token-keys.js';
import { testDatabase, type TestDatabase } from '../testing/database.js';
import { CommandRecorder, faultsOf, planOf } from '../testing/plans.js';
import { openMongoExport } from './mongo-export-source.js';
import { openMongoImport } from './mongo-import-target.js';

transferContract('The MongoDB event store', async (): Promise<TransferSubject> => {
  const [served, other] = await Promise.all([testDatabase(), testDatabase({ partitions: 5 })]);
  const store = await openMongoEventStore(served.database);
  return {
    store,
    source: async () => openMongoExport(await served.connect()),
    target: async () => openMongoImport(await other.connect()),
    imported: async () => openMongoEventStore(await other.connect()),
    importedSource: async () => openMongoExport(await other.connect()),
    close: async () => {
      await store.close();
      await Promise.all([served.close(), other.close()]);
    },
  };
});

const START = { sha256: 'a', tokenKeys: [] as readonly TokenKey[] };

const commitsOf = (count: number): readonly ExportedCommit[] =>
  Array.from({ length: count }, (_, at) =>
    commitTo(streamName(`entity/o/p/${String(at)}`), 0 as never, { base: 0, content: AWKWARD_CONTENT }),
  );

describe('A database that is imported into', () => {
  const test = withSubject(() => testDatabase());
  const opened = async (database: TestDatabase): Promise<ImportTarget> => openMongoImport(await database.connect());

  it(
    'has what was stored beyond the mark once, when it is stored again',
    test(async (database) => {
      const [first, again] = [await opened(database), await opened(database)];
      const commits = commitsOf(7);
      await first.begin(START);
      await first.commits(commits.slice(0, 5), { commits: 5, receipts: 0 });
      // As a kill leaves it between the commits and the mark.
      await database.database.db.collection<{ _id: string }>(META).updateOne({ _id: 'import' }, { $set: { commits: 0 } });
      expect(await again.begin(START)).toMatchObject({ commits: 0 });
      await again.commits(commits, { commits: 7, receipts: 0 });
      await again.finish();
      const store = await openMongoEventStore(database.database);
      expect((await store.scan()).commits).toHaveLength(7);
    }),
  );

  it(
    'takes one import at a time: of two, the one that comes too late is told',
    test(async (database) => {
      const [first, second] = [await opened(database), await opened(database)];
      await first.begin(START);
      await second.begin(START);
      await first.commits(commitsOf(2), { commits: 2, receipts: 0 });
      await expect(second.commits(commitsOf(1), { commits: 1, receipts: 0 })).rejects.toThrow(ImportContested);
      await expect(second.finish()).rejects.toThrow(ImportContested);
      await first.finish();
      // What is finished does not become unfinished again.
      await expect(second.commits(commitsOf(1), { commits: 1, receipts: 0 })).rejects.toThrow(ImportContested);
      await openMongoEventStore(database.database);
    }),
  );

  it(
    'is told where something else has the place of a commit',
    test(async (database) => {
      const target = await opened(database);
      await target.begin(START);
      await target.commits(commitsOf(2), { commits: 2, receipts: 0 });
      await expect(target.commits(commitsOf(2), { commits: 4, receipts: 0 })).rejects.toThrow(ImportContested);
    }),
  );

  it(
    'is refused while a command-service is there',
    test(async (database) => {
      const store = await openMongoEventStore(database.database);
      await store.present('a relay', 60_000);
      const target = await opened(database);
      await expect(target.assertImportable()).rejects.toThrow(StoreInUse);
      await expect(target.begin(START)).rejects.toThrow(StoreInUse);
      // One that is gone does not count.
      await store.present('a relay', -1);
      await target.begin(START);
    }),
  );

  it(
    'keeps no key that another of its own hides',
    test(async (database) => {
      const [own] = await readTokenKeys(database.database.db);
      const target = await opened(database);
      await expect(target.begin({ ...START, tokenKeys: [{ id: own.id, secret: Buffer.alloc(32) }] })).rejects.toThrow(TokenKeyClash);
      await target.begin({
        ...START,
        tokenKeys: [own, { id: 'older', secret: Buffer.alloc(32, 1) }, { id: 'oldest', secret: Buffer.alloc(32, 2) }],
      });
      expect((await readTokenKeys(database.database.db)).map(({ id }) => id)).toEqual([own.id, 'older', 'oldest']);
    }),
  );

  it('has to be prepared first, for an export too', async () => {
    const database = await testDatabase({ partitions: 0 });
    try {
      await expect(openMongoImport(database.database)).rejects.toThrow(DatabaseNotPrepared);
      await expect(openMongoExport(database.database)).rejects.toThrow(DatabaseNotPrepared);
    } finally {
      await database.close();
    }
  });
});

describe('An export of MongoDB', () => {
  it('asks nothing without an index', async () => {
    const database = await testDatabase();
    try {
      const store = await openMongoEventStore(database.database);
      for (const commit of commitsOf(250)) {
        await store.appendTogether([{ ...commit, partition: 0 as never }], { push: `push ${commit.stream}` as never, written: [] });
      }
      const connection = await database.connect({ monitorCommands: true });
      const recorder = new CommandRecorder(connection.client);
      const source = await openMongoExport(connection);
      let [receipts, commits] = [0, 0];
      for await (const page of source.receipts()) receipts += page.length;
      for await (const page of source.commits()) commits += page.length;
      expect([receipts, commits]).toEqual([250, 250]);
      const asked = recorder.take().filter((command) => command['find'] !== META);
      expect(asked.length).toBeGreaterThan(250);
      for (const command of asked.filter((_, at) => at % 25 === 0 || at > asked.length - 3)) {
        expect(faultsOf(await planOf(database.database.db, command))).toEqual([]);
      }
      await source.close();
    } finally {
      await database.close();
    }
  });
});
