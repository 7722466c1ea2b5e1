import { describe, expect, it } from '@jest/globals';
import { baseAt, offset, partition, pushId, recordsOf, revision, type Commit, type StreamName } from '@headwater/event-sourcing';
import { commitTo, newStream, withSubject } from '@headwater/event-sourcing/testing';
import type { Document } from 'mongodb';
import { testDatabase, type TestDatabase } from '../testing/database.js';
import { CommandRecorder, faultsOf, planOf } from '../testing/plans.js';
import { openMongoEventStore, type MongoEventStore } from './mongo-event-store.js';

const P0 = partition(0);
const P2 = partition(2);
const LONG = 300;

interface Recorded {
  readonly store: MongoEventStore;
  readonly recorder: CommandRecorder;
  readonly database: TestDatabase;
  /** A stream with a long history. */
  readonly long: StreamName;
  readonly short: readonly Commit[];
  close(): Promise<void>;
}

/** A store with enough in it that a bad plan shows, whose questions are remembered. */
async function recordedStore(): Promise<Recorded> {
  const database = await testDatabase();
  const connection = await database.connect({ monitorCommands: true });
  const recorder = new CommandRecorder(connection.client);
  const store = await openMongoEventStore(connection);
  const long = newStream();
  const short = Array.from({ length: 200 }, () => commitTo(newStream(), P0, { base: 0 }));
  await store.append(short);
  await store.appendTogether(Array.from({ length: LONG }, (_, base) => commitTo(long, P2, { base })));
  recorder.take();
  return { store, recorder, database, long, short, close: () => database.close() };
}

const test = withSubject(recordedStore);

describe('Every query of the event store in MongoDB', () => {
  const expectGood = async ({ recorder, database }: Recorded, least = 1): Promise<void> => {
    const commands: readonly Document[] = recorder.take();
    expect(commands.length).toBeGreaterThanOrEqual(least);
    for (const command of commands) {
      const plan = await planOf(database.database.db, command);
      expect({ command, stages: plan.stages, faults: faultsOf(plan) }).toMatchObject({ faults: [] });
    }
  };

  it(
    'looks newest commits up, without walking through a history',
    test(async (subject) => {
      const { store, short, long } = subject;
      expect((await store.newest([long]))[0]?.revision).toBe(LONG);
      await store.newest([...short.map(({ stream }) => stream), long, newStream()]);
      await expectGood(subject, 2);
    }),
  );

  it(
    'reads a part of a history, commits by their keys, and all of them in pages',
    test(async (subject) => {
      const { store, short, long } = subject;
      expect(await store.read(long, revision(LONG - 1), revision(LONG))).toHaveLength(2);
      expect(await store.read(long, revision(LONG + 1), revision(LONG + 5))).toEqual([]);
      await store.commits(short);
      await store.commits(Array.from({ length: 50 }, (_, base) => ({ stream: long, base: baseAt(revision(base)) })));
      await store.commits([...short.slice(0, 10), { stream: long, base: baseAt(revision(7)) }]);
      await store.scan();
      await store.scan(JSON.stringify([long, 100]));
      await expectGood(subject, 8);
    }),
  );

  it(
    'settles what lost a race or is not known to stand on an end',
    test(async (subject) => {
      const { store, database, short, long } = subject;
      const other = await openMongoEventStore(await database.connect());
      const fresh = newStream();
      expect(await other.append([commitTo(fresh, P0, { base: 0 })])).toEqual([{ status: 'appended' }]);
      expect(await store.append([commitTo(fresh, P0, { base: 0 })])).toEqual([{ status: 'conflict' }]);
      expect(await other.append([commitTo(long, P2, { base: 5 })])).toEqual([{ status: 'conflict' }]);
      const stream = short[0]?.stream ?? long;
      expect(await other.append([commitTo(stream, P0, { base: 1 })])).toEqual([{ status: 'appended' }]);
      const together = [commitTo(newStream(), P0, { base: 0 }), commitTo(stream, P0, { base: 1 })];
      const receipt = { push: pushId('a-push'), written: [{ stream, revision: revision(1) }] };
      expect(await store.appendTogether(together, receipt)).toEqual({ status: 'conflict', conflicts: [1] });
      expect(await store.appendTogether(together.slice(0, 1), receipt)).toEqual({ status: 'appended' });
      expect(await store.receipt(receipt.push)).toEqual(receipt);
      await expectGood(subject, 3);
    }),
  );

  it(
    'finds what is pending, marks it as published, and leases',
    test(async (subject) => {
      const { store, short, long } = subject;
      const page = await store.pending(P2, undefined, 10);
      expect(page).toHaveLength(10);
      await store.pending(P2, page.at(-1), 10);
      await store.pending(P0, short[100], 10, 1000);
      expect((await Promise.all([P0, P2].map((of) => store.pending(of, undefined, 300)))).map((of) => of.length)).toEqual([200, 300]);
      expect(await store.size(1000)).toBe(short.length + LONG);
      expect(await store.waiting()).toEqual([P0, P2]);
      const events = [...short.slice(0, 20), ...page].flatMap(recordsOf);
      expect(await store.holds(events)).toEqual(events.map(() => true));
      await expectGood(subject, 7);
      await store.published(P0, short.slice(0, 150), offset(149));
      await store.published(
        P2,
        page.map(({ base }) => ({ stream: long, base })),
        offset(9),
      );
      const lease = await store.lease(P0, 'a', 1000);
      expect(lease?.published).toBe(149);
      if (lease !== undefined) await store.release(lease);
      await store.present('a', 1000);
      await expectGood(subject, 8);
    }),
  );

  it(
    'would be told from one that walks through a collection or sorts it',
    test(async ({ database: { database } }) => {
      expect(faultsOf(await planOf(database.db, { find: 'commits', filter: { after: 'nothing' } }))).toContain('COLLSCAN');
      expect(faultsOf(await planOf(database.db, { find: 'commits', filter: {}, sort: { after: 1 } }))).toContain('SORT');
      const inIndex = { find: 'commits', filter: { stream: { $gt: '' }, after: 'nothing' } };
      expect(faultsOf(await planOf(database.db, inIndex))).toContain(`${String(200 + LONG)} documents for 0`);
    }),
  );

  it(
    'reads what the store says of itself',
    test(async (subject) => {
      const { store } = subject;
      await store.partitionFor(newStream());
      await store.tokenKeys();
      await expectGood(subject, 2);
    }),
  );
});
