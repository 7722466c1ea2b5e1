import { describe, expect, it } from '@jest/globals';
import { StoreOverloaded, StoreUnavailable, partition, pushId, revision, type Commit, type StreamName } from '@headwater/event-sourcing';
import { commitTo, newStream, withSubject } from '@headwater/event-sourcing/testing';
import { MongoRefused } from '../errors.js';
import { testEventStore } from '../testing/event-store.js';
import { openMongoEventStore, type MongoEventStore } from './mongo-event-store.js';
import type { AppendedGroup } from './options.js';

const P0 = partition(0);
const APPENDED = { status: 'appended' };
const CONFLICT = { status: 'conflict' };

const test = withSubject(testEventStore);

const revisionOf = async (store: MongoEventStore, stream: StreamName): Promise<number> => (await store.newest([stream]))[0]?.revision ?? 0;

describe('Stores of several processes', () => {
  it(
    'race for a stream: exactly one wins each revision, and the losers see it at once',
    test(async ({ store, database }) => {
      const other = await openMongoEventStore(await database.connect());
      const stream = newStream();
      const won: Commit[] = [];
      const write = async (by: MongoEventStore): Promise<void> => {
        for (let writes = 0; writes < 20;) {
          const base = await revisionOf(by, stream);
          const commit = commitTo(stream, P0, { base });
          const [outcome] = await by.append([commit]);
          if (outcome?.status === 'appended') {
            won.push(commit);
            writes += 1;
          } else {
            expect(outcome).toEqual(CONFLICT);
            expect(await revisionOf(by, stream)).toBeGreaterThan(base);
          }
        }
      };
      await Promise.all([store, store, other, other].map(write));
      const stored = await store.read(stream, revision(1), revision(1000));
      expect(stored.map(({ base }) => base)).toEqual(Array.from({ length: 80 }, (_, base) => base));
      expect(stored).toEqual([...won].sort((a, b) => a.base - b.base));
    }),
  );

  it(
    'push and write the same stream: one wins, and a push that lost left nothing',
    test(async ({ store, database }) => {
      const other = await openMongoEventStore(await database.connect());
      for (let round = 0; round < 10; round += 1) {
        const [shared, own] = [newStream(), newStream()];
        const [pushed, [written]] = await Promise.all([
          store.appendTogether([commitTo(own, P0, { base: 0 }), commitTo(shared, P0, { base: 0 })]),
          other.append([commitTo(shared, P0, { base: 0 })]),
        ]);
        expect([pushed.status, written?.status].sort()).toEqual(['appended', 'conflict']);
        if (pushed.status === 'conflict') expect(pushed.conflicts).toEqual([1]);
        expect(await revisionOf(store, own)).toBe(pushed.status === 'appended' ? 1 : 0);
        expect(await revisionOf(store, shared)).toBe(1);
      }
    }),
  );
});

describe('A group of commits', () => {
  it(
    'holds a stream once: what stands on another commit is stored after it',
    test(async ({ store }) => {
      const stream = newStream();
      const commits = Array.from({ length: 5 }, (_, base) => commitTo(stream, P0, { base }));
      expect(await Promise.all(commits.map((commit) => store.append([commit])))).toEqual(commits.map(() => [APPENDED]));
      expect(await store.read(stream, revision(1), revision(5))).toEqual(commits);
    }),
  );

  it(
    'fails with the commit that it stands on, not beside it',
    test(async ({ store, database }) => {
      const other = await openMongoEventStore(await database.connect());
      const stream = newStream();
      await other.append([commitTo(stream, P0, { base: 0, events: 2 })]);
      expect(await store.append([commitTo(stream, P0, { base: 0 }), commitTo(stream, P0, { base: 1 })])).toEqual([CONFLICT, CONFLICT]);
      expect(await revisionOf(store, stream)).toBe(2);
    }),
  );

  it(
    'is what came while the one before was under way',
    test(async ({ database }) => {
      const groups: AppendedGroup[] = [];
      const store = await openMongoEventStore(await database.connect(), { observer: { appended: (group) => groups.push(group) } });
      const append = (of: number): Promise<unknown> => store.append([commitTo(newStream(), partition(of), { base: 0 })]);
      const first = [append(0), append(2)];
      await new Promise(setImmediate);
      await Promise.all([...first, ...Array.from({ length: 30 }, (_, index) => append(index % 3))]);
      expect(groups.map(({ commits, partitions }) => [commits, [...partitions].sort()])).toEqual([
        [2, [0, 2]],
        [30, [0, 1, 2]],
      ]);
      expect(store.queued).toEqual({ commits: 0, bytes: 0 });
    }),
  );

  it(
    'is no place for a commit that no document can hold; the others are stored',
    test(async ({ store }) => {
      const good = commitTo(newStream(), P0, { base: 0 });
      const large = commitTo(newStream(), P0, { base: 0, after: '"'.padEnd(15 * 1024 * 1024, 'x') });
      const appended = store.append([good]);
      await expect(store.append([large])).rejects.toThrow(MongoRefused);
      await expect(store.append([{ ...good, events: [] }])).rejects.toThrow(RangeError);
      expect(await appended).toEqual([APPENDED]);
    }),
  );

  it(
    'is stored whatever its commits weigh',
    test(async ({ store }) => {
      const commits = Array.from({ length: 5 }, () => commitTo(newStream(), P0, { base: 0, after: '"'.padEnd(6 * 1024 * 1024, 'é') }));
      expect(await store.append(commits)).toEqual(commits.map(() => APPENDED));
      expect(await store.newest(commits.map(({ stream }) => stream))).toMatchObject(commits.map(({ after }) => ({ after })));
    }),
  );
});

describe('A push', () => {
  it(
    'holds up those who write its streams, and nobody else',
    test(async ({ store }) => {
      const pushed = Array.from({ length: 2000 }, () => commitTo(newStream(), P0, { base: 0 }));
      const ended: string[] = [];
      const ending = async <Result>(name: string, work: Promise<Result>): Promise<Result> => {
        const result = await work;
        ended.push(name);
        return result;
      };
      const push = ending('push', store.appendTogether(pushed));
      const stream = pushed[0]?.stream ?? newStream();
      const same = ending('same', store.append([commitTo(stream, P0, { base: 0 })]));
      const next = ending('next', store.append([commitTo(stream, P0, { base: 1 })]));
      const other = ending('other', store.append([commitTo(newStream(), P0, { base: 0 })]));
      expect(await Promise.all([push, same, next, other])).toEqual([APPENDED, [CONFLICT], [APPENDED], [APPENDED]]);
      expect(ended).toEqual(['other', 'push', 'same', 'next']);
      expect(await revisionOf(store, stream)).toBe(2);
    }),
  );
});

describe('The queue of appends', () => {
  const bounded = withSubject(() => testEventStore({ bounds: { queuedCommits: 10 } }));

  it(
    'refuses at its bound, at once, and takes more when it has room again',
    bounded(async ({ store }) => {
      const append = (): Promise<unknown> => store.append([commitTo(newStream(), P0, { base: 0 })]);
      const waiting = Array.from({ length: 10 }, append);
      await expect(append()).rejects.toThrow(StoreOverloaded);
      expect(await store.appendTogether([commitTo(newStream(), P0, { base: 0 })])).toEqual(APPENDED);
      expect(await Promise.all(waiting)).toEqual(waiting.map(() => [APPENDED]));
      expect(await append()).toEqual([APPENDED]);
    }),
  );

  it(
    'is not that of pushes, which have a bound of their own',
    withSubject(() => testEventStore({ bounds: { togetherCommits: 2 } }))(async ({ store }) => {
      const push = (): Promise<unknown> =>
        store.appendTogether([commitTo(newStream(), P0, { base: 0 }), commitTo(newStream(), P0, { base: 0 })]);
      const first = push();
      await expect(push()).rejects.toThrow(StoreOverloaded);
      expect(await store.append([commitTo(newStream(), P0, { base: 0 })])).toEqual([APPENDED]);
      expect(await first).toEqual(APPENDED);
      expect(await push()).toEqual(APPENDED);
    }),
  );

  it(
    'refuses by bytes too',
    withSubject(() => testEventStore({ bounds: { queuedBytes: 2000 } }))(async ({ store }) => {
      const first = store.append([commitTo(newStream(), P0, { base: 0, after: '"'.padEnd(3000) })]);
      await expect(store.append([commitTo(newStream(), P0, { base: 0 })])).rejects.toThrow(StoreOverloaded);
      expect(await first).toEqual([APPENDED]);
    }),
  );

  it(
    'is emptied by a close, which takes nothing more',
    test(async ({ store }) => {
      const commits = Array.from({ length: 50 }, () => commitTo(newStream(), P0, { base: 0 }));
      const appended = Promise.all(commits.map((commit) => store.append([commit])));
      await store.close();
      await expect(store.append(commits.slice(0, 1))).rejects.toThrow(StoreUnavailable);
      expect(await appended).toEqual(commits.map(() => [APPENDED]));
    }),
  );
});

describe('A receipt', () => {
  it(
    'may name more than one document has room for',
    test(async ({ store }) => {
      const written = Array.from({ length: 10_000 }, (_, index) => ({
        stream: `entity/org/project/https://example.org/${'ü'.repeat(1000)}/${String(index)}` as StreamName,
        revision: revision(index + 1),
      }));
      const receipt = { push: pushId('large'), written };
      expect(await store.appendTogether([commitTo(newStream(), P0, { base: 0 })], receipt)).toEqual(APPENDED);
      expect(await store.receipt(receipt.push)).toEqual(receipt);
    }),
  );

  it(
    'may be of a push that wrote nothing',
    test(async ({ store }) => {
      const receipt = { push: pushId('empty'), written: [] };
      expect(await store.appendTogether([], receipt)).toEqual(APPENDED);
      expect(await store.receipt(receipt.push)).toEqual(receipt);
    }),
  );
});
