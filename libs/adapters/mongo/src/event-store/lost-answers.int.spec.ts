import { describe, expect, it } from '@jest/globals';
import {
  OutcomeUnknown,
  StoreUnavailable,
  handleCommand,
  partition,
  pushId,
  revision,
  type Handled,
  type StreamName,
} from '@headwater/event-sourcing';
import { causeAt, commitTo, counterCodec, counterKind, newStream, withSubject } from '@headwater/event-sourcing/testing';
import { testDatabase, type TestDatabase } from '../testing/database.js';
import { primaryAddress } from '../testing/primary-address.js';
import { TcpProxy, type IsRequest } from '../testing/tcp-proxy.js';
import { openMongoEventStore, type MongoEventStore } from './mongo-event-store.js';

const P0 = partition(0);
const APPENDED = { status: 'appended' };

const isInsert: IsRequest = (message) => message.includes('\u0002insert\u0000') && message.includes('commits');
const isCommitOfTransaction: IsRequest = (message) => message.includes('commitTransaction');

interface BehindProxy {
  /** Reaches the server through the proxy. */
  readonly store: MongoEventStore;
  /** Reaches the server itself. */
  readonly direct: MongoEventStore;
  readonly proxy: TcpProxy;
  readonly database: TestDatabase;
  close(): Promise<void>;
}

async function behindProxy(): Promise<BehindProxy> {
  const { host, port } = await primaryAddress();
  const proxy = await TcpProxy.before(host, port);
  const database = await testDatabase();
  const url = `mongodb://${proxy.address}/?directConnection=true`;
  const store = await openMongoEventStore(await database.connect({ url, serverSelectionMilliseconds: 1000 }));
  const direct = await openMongoEventStore(database.database);
  const close = async (): Promise<void> => {
    await database.close();
    await proxy.close();
  };
  return { store, direct, proxy, database, close };
}

const test = withSubject(behindProxy);

const add = (store: MongoEventStore, stream: StreamName): Promise<Handled<{ readonly total: number }, { type: string; data: unknown }>> =>
  handleCommand({ store, codec: counterCodec, kind: counterKind, stream, command: { type: 'Add', by: [1] }, cause: causeAt(Date.now()) });

describe('An answer of MongoDB that is lost', () => {
  it(
    'leaves no doubt: the insert is sent once more, and finds itself',
    test(async ({ store, direct, proxy }) => {
      const commit = commitTo(newStream(), P0, { base: 0 });
      proxy.loseAnswers(isInsert);
      expect(await store.append([commit])).toEqual([APPENDED]);
      expect(await direct.read(commit.stream, revision(1), revision(9))).toEqual([commit]);
    }),
  );

  it(
    'is told from a lost race: another commit in the place is a conflict',
    test(async ({ store, direct, proxy }) => {
      const stream = newStream();
      expect(await direct.append([commitTo(stream, P0, { base: 0 })])).toEqual([APPENDED]);
      proxy.loseAnswers(isInsert);
      expect(await store.append([commitTo(stream, P0, { base: 0 }), commitTo(newStream(), P0, { base: 0 })])).toEqual([
        { status: 'conflict' },
        APPENDED,
      ]);
    }),
  );

  it(
    'is an unknown outcome where the second is lost too, which the store then shows as appended',
    test(async ({ store, direct, proxy }) => {
      const commit = commitTo(newStream(), P0, { base: 0 });
      proxy.loseAnswers(isInsert, 2);
      const [outcome] = await store.append([commit]);
      expect(outcome).toEqual({ status: 'unknown', cause: expect.any(StoreUnavailable) });
      expect(await direct.commits([commit])).toEqual([commit]);
    }),
  );

  it(
    'is settled for a command by the ids of its events, without deciding again',
    test(async ({ store, direct, proxy }) => {
      const stream = newStream('counter');
      proxy.loseAnswers(isInsert, 2);
      expect(await add(store, stream)).toMatchObject({ revision: 1, state: { total: 1 } });
      expect((await direct.newest([stream]))[0]?.revision).toBe(1);
    }),
  );

  it(
    'is said to be unknown where nobody can be asked any more',
    test(async ({ store, proxy }) => {
      const stream = newStream('counter');
      proxy.loseAnswers((message) => message.includes('commits') && !message.includes('aggregate'), 100);
      await expect(add(store, stream)).rejects.toThrow(OutcomeUnknown);
    }),
  );

  it(
    'of a transaction is asked for again',
    test(async ({ store, direct, proxy }) => {
      const commits = [commitTo(newStream(), P0, { base: 0 }), commitTo(newStream(), P0, { base: 0 })];
      const receipt = { push: pushId('a-push'), written: commits.map(({ stream }) => ({ stream, revision: revision(1) })) };
      proxy.loseAnswers(isCommitOfTransaction);
      expect(await store.appendTogether(commits, receipt)).toEqual(APPENDED);
      expect(await direct.commits(commits)).toEqual(commits);
      expect(await direct.receipt(receipt.push)).toEqual(receipt);
    }),
  );

  it(
    'of a transaction that is lost each time is an unknown outcome, all or nothing',
    test(async ({ store, direct, proxy }) => {
      const commits = [commitTo(newStream(), P0, { base: 0 }), commitTo(newStream(), P0, { base: 0 })];
      proxy.loseAnswers(isCommitOfTransaction, 100);
      expect(await store.appendTogether(commits)).toEqual({ status: 'unknown', cause: expect.any(StoreUnavailable) });
      expect(await direct.commits(commits)).toEqual(commits);
    }),
  );

  it(
    'inside a transaction means that it is begun anew, and stored once',
    test(async ({ store, direct, proxy }) => {
      const commits = [commitTo(newStream(), P0, { base: 0 }), commitTo(newStream(), P0, { base: 0 })];
      proxy.loseAnswers(isInsert);
      expect(await store.appendTogether(commits)).toEqual(APPENDED);
      expect(await direct.commits(commits)).toEqual(commits);
    }),
  );

  it(
    'is no answer at all where nobody listens: nothing was stored, and the caller is told so',
    test(async ({ store, proxy }) => {
      await proxy.close();
      const commit = commitTo(newStream(), P0, { base: 0 });
      // The first question finds the connections closed.
      await expect(store.newest([commit.stream])).rejects.toThrow(StoreUnavailable);
      await expect(store.append([commit])).rejects.toThrow(StoreUnavailable);
      await expect(store.appendTogether([commit])).rejects.toThrow(StoreUnavailable);
    }),
  );
});
