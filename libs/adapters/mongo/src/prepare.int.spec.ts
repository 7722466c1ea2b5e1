import { describe, expect, it } from '@jest/globals';
import { withSubject } from '@headwater/event-sourcing/testing';
import { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable } from './errors.js';
import { META } from './event-store/collections.js';
import { requireMeta } from './event-store/meta.js';
import { readTokenKeys } from './event-store/token-keys.js';
import { prepareMongo } from './prepare.js';
import { testDatabase } from './testing/database.js';

const test = withSubject(() => testDatabase({ partitions: 0 }));

describe('Preparing a database', () => {
  it(
    'gives it collections, indexes, an epoch and a token key, once',
    test(async ({ database }) => {
      const prepared = await prepareMongo(database, { partitions: 3 });
      expect(prepared.partitions).toBe(3);
      expect(prepared.epoch).toMatch(/^[0-9a-f]{16}$/);
      const indexes = await database.db.collection('commits').indexes();
      expect(indexes.map(({ name, unique, partialFilterExpression }) => ({ name, unique, partialFilterExpression }))).toEqual([
        { name: '_id_' },
        { name: 'stream_base', unique: true },
        { name: 'pending', partialFilterExpression: { pending: true } },
      ]);
      const keys = await readTokenKeys(database.db);
      expect(await prepareMongo(database, { partitions: 5 })).toEqual(prepared);
      expect(await readTokenKeys(database.db)).toEqual(keys);
    }),
  );

  it(
    'agrees with others that do it at the same time',
    test(async ({ connect }) => {
      const others = await Promise.all(Array.from({ length: 4 }, () => connect()));
      const prepared = await Promise.all(others.map((one, index) => prepareMongo(one, { partitions: index + 1 })));
      expect(new Set(prepared.map((one) => JSON.stringify(one))).size).toBe(1);
      for (const one of others) expect(await readTokenKeys(one.db)).toHaveLength(1);
    }),
  );

  it(
    'is asked for by name where it is missing',
    test(async ({ database }) => {
      await expect(requireMeta(database.db)).rejects.toThrow(DatabaseNotPrepared);
      await expect(requireMeta(database.db)).rejects.toThrow('npm run topics');
      await expect(readTokenKeys(database.db)).rejects.toThrow(DatabaseNotPrepared);
    }),
  );

  it(
    'refuses a database of a newer release, and changes nothing in it',
    test(async ({ database }) => {
      const ofNewer = { _id: 'store', format: 2, somethingElse: true };
      await database.db.collection<{ _id: string }>(META).insertOne(ofNewer);
      await expect(prepareMongo(database, { partitions: 3 })).rejects.toThrow(DatabaseTooNew);
      expect((await database.db.listCollections().toArray()).map(({ name }: { name: string }) => name)).toEqual([META]);
    }),
  );

  it(
    'refuses a database that distributes streams in another way',
    test(async ({ database }) => {
      await prepareMongo(database, { partitions: 3 });
      await database.db.collection<{ _id: string }>(META).updateOne({ _id: 'store' }, { $set: { partitionHash: 'md5' } });
      await expect(prepareMongo(database, { partitions: 3 })).rejects.toThrow(DatabaseUnusable);
    }),
  );
});
