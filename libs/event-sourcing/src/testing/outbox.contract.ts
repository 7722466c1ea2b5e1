import { describe, expect, it } from '@jest/globals';
import { offset, partition as asPartition, type Partition, type StreamName } from '../brand.js';
import type { Commit } from '../event.js';
import type { CommitKey, EventStore } from '../event-store.js';
import type { Outbox, OutboxOverview } from '../outbox.js';
import { recordsOf } from '../relay.js';
import { withSubject } from './subject.js';
import { AWKWARD_CONTENT, commitTo, newStream, type CommitShape } from './test-commits.js';

export interface OutboxSubject {
  readonly store: EventStore & Outbox;
  /** Lets the store's own clock, by which leases end, go on. */
  readonly elapse: (milliseconds: number) => Promise<void>;
  /** Closes the store and opens it again on what it has kept. */
  readonly reopen: () => Promise<EventStore & Outbox>;
  close(): Promise<void>;
}

const P0 = asPartition(0);
const P1 = asPartition(1);

const compareKeys = (a: CommitKey, b: CommitKey): number => Buffer.compare(Buffer.from(a.stream), Buffer.from(b.stream)) || a.base - b.base;

/** What an adapter of `Outbox` owes. */
export function outboxContract(name: string, makeSubject: () => Promise<OutboxSubject>): void {
  const test = withSubject(makeSubject);

  const append = async (store: EventStore, stream: StreamName, partition: Partition, shape: CommitShape = { base: 0 }): Promise<Commit> => {
    const commit = commitTo(stream, partition, shape);
    expect(await store.append([commit])).toEqual([{ status: 'appended' }]);
    return commit;
  };

  describe(`${name}, an outbox`, () => {
    it(
      'holds a commit from its append on (invariant 2: nothing appended stays unpublished)',
      test(async ({ store }) => {
        expect(await store.pending(P0, undefined, 10)).toEqual([]);
        const commit = await append(store, newStream(), P0, { base: 0, events: 2, content: AWKWARD_CONTENT });
        expect(await store.pending(P0, undefined, 10)).toEqual([commit]);
        expect(await store.pending(P0, undefined, 10)).toEqual([commit]);
        expect(await store.pending(P1, undefined, 10)).toEqual([]);
      }),
    );

    it(
      'holds what was appended together, and nothing of what was not stored (invariant 2)',
      test(async ({ store }) => {
        const [a, b] = [newStream(), newStream()];
        const taken = await append(store, a, P0);
        await store.append([commitTo(a, P0, { base: 0 })]);
        await store.appendTogether([commitTo(b, P0, { base: 0 }), commitTo(a, P0, { base: 0 })]);
        expect(await store.pending(P0, undefined, 10)).toEqual([taken]);
        const both = [commitTo(b, P0, { base: 0 }), commitTo(a, P0, { base: 1 })];
        await store.appendTogether(both);
        expect(await store.pending(P0, undefined, 10)).toEqual([taken, ...both].sort(compareKeys));
      }),
    );

    it(
      'gives the commits of each stream by base, in pages that go on after a key (invariant 3)',
      test(async ({ store }) => {
        const streams = [newStream(), newStream(), newStream()].sort() as [StreamName, StreamName, StreamName];
        const commits: Commit[] = [];
        for (const base of [0, 1, 2]) for (const stream of [...streams].reverse()) commits.push(await append(store, stream, P0, { base }));
        commits.sort(compareKeys);
        for (const limit of [1, 2, 4, 9, 20]) {
          const found: Commit[] = [];
          for (;;) {
            const page = await store.pending(P0, found.at(-1), limit);
            expect(page.length).toBeLessThanOrEqual(limit);
            if (page.length === 0) break;
            found.push(...page);
          }
          expect(found).toEqual(commits);
        }
      }),
    );

    it(
      'lets go of what was published, and of nothing else',
      test(async ({ store }) => {
        const [a, b] = [newStream(), newStream()].sort() as [StreamName, StreamName];
        const first = await append(store, a, P0);
        const second = await append(store, a, P0, { base: 1 });
        const other = await append(store, b, P0);
        await store.published(P0, [first, other], offset(1));
        expect(await store.pending(P0, undefined, 10)).toEqual([second]);
        await store.published(P0, [first], offset(1));
        await store.published(P0, [], offset(1));
        expect(await store.pending(P0, undefined, 10)).toEqual([second]);
        await store.published(P0, [{ stream: a, base: second.base }], offset(2));
        expect(await store.pending(P0, undefined, 10)).toEqual([]);
        expect(await store.commits([first])).toEqual([first]);
      }),
    );

    it(
      'is asked, and told, of several partitions at one time as of each by itself',
      test(async ({ store }) => {
        const partitions = [P1, asPartition(2), P0, asPartition(3)];
        const commits = new Map<Partition, Commit[]>(partitions.map((partition) => [partition, []]));
        for (const partition of partitions.slice(0, 3)) {
          for (const stream of [newStream(), newStream(), newStream()]) {
            commits.get(partition)?.push(await append(store, stream, partition));
            commits.get(partition)?.push(await append(store, stream, partition, { base: 1 }));
          }
          commits.get(partition)?.sort(compareKeys);
        }
        for (const [limit, characters] of [
          [100, Infinity],
          [6, Infinity],
          [4, Infinity],
          [100, 1],
        ] as const) {
          const pages = await Promise.all(partitions.map((partition) => store.pending(partition, undefined, limit, characters)));
          for (const [index, partition] of partitions.entries()) {
            const page = pages[index] ?? [];
            const all = commits.get(partition) ?? [];
            expect(page).toEqual(all.slice(0, page.length));
            // Fewer than there are only for the sake of a bound.
            if (characters === Infinity) expect(page).toHaveLength(Math.min(limit, all.length));
            else expect(page.length).toBeGreaterThanOrEqual(Math.min(1, all.length));
          }
        }
        const held = [...(commits.get(P0)?.slice(2) ?? [])];
        await Promise.all([
          store.published(P0, commits.get(P0)?.slice(0, 2) ?? [], offset(1)),
          store.published(P1, commits.get(P1) ?? [], offset(5)),
        ]);
        const left = await Promise.all(partitions.map((partition) => store.pending(partition, undefined, 100)));
        expect(left).toEqual([[], commits.get(asPartition(2)), held, []]);
        expect(await store.noted(partitions)).toEqual([5, -1, 1, -1]);
      }),
    );

    it(
      'holds after it was closed and opened again what it held before',
      test(async ({ store, reopen }) => {
        const stream = newStream();
        const first = await append(store, stream, P0);
        const second = await append(store, stream, P0, { base: 1 });
        await store.published(P0, [first], offset(0));
        expect(await (await reopen()).pending(P0, undefined, 10)).toEqual([second]);
      }),
    );

    it(
      'tells the holder of a lease how far the log was seen to reach, which never goes back',
      test(async ({ store }) => {
        expect(await store.lease(P0, 'a', 1000)).toMatchObject({ published: -1 });
        await store.published(P0, [], offset(7));
        await store.published(P0, [], offset(3));
        expect(await store.lease(P0, 'a', 1000)).toMatchObject({ published: 7 });
        expect(await store.lease(P1, 'a', 1000)).toMatchObject({ published: -1 });
        expect(await store.noted([P1, P0, asPartition(2)])).toEqual([-1, 7, -1]);
        expect(await store.noted([])).toEqual([]);
      }),
    );

    it(
      'tells which events of the log the store has, pending or published, and which it lacks',
      test(async ({ store }) => {
        const [a, b, lacking] = [newStream(), newStream(), newStream()];
        const first = await append(store, a, P0, { base: 0, content: AWKWARD_CONTENT });
        const second = await append(store, a, P0, { base: 1, events: 3 });
        const other = await append(store, b, P1);
        await store.published(P0, [first], offset(0));
        const stored = [first, second, other].flatMap(recordsOf);
        expect(await store.holds(stored)).toEqual(stored.map(() => true));
        const missing = [
          ...recordsOf(commitTo(lacking, P0, { base: 0 })),
          // Another event at a place that is taken, and one beyond the end.
          ...recordsOf(commitTo(a, P0, { base: 0 })),
          ...recordsOf(commitTo(a, P0, { base: 4 })),
        ];
        const mixed = [...missing, ...stored];
        expect(await store.holds(mixed)).toEqual([...missing.map(() => false), ...stored.map(() => true)]);
        expect(await Promise.all([store.holds(missing.slice(0, 1)), store.holds(recordsOf(other)), store.holds([])])).toEqual([
          [false],
          [true],
          [],
        ]);
      }),
    );

    describe('leases a partition', () => {
      it(
        'to one holder at a time',
        test(async ({ store }) => {
          expect(await store.lease(P0, 'a', 1000)).toMatchObject({ partition: 0, holder: 'a' });
          expect(await store.lease(P0, 'b', 1000)).toBeUndefined();
          expect(await store.lease(P1, 'b', 1000)).toMatchObject({ partition: 1, holder: 'b' });
        }),
      );

      it(
        'to one of many who ask at once',
        test(async ({ store }) => {
          const leases = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => store.lease(P0, holder, 1000)));
          expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
        }),
      );

      it(
        'to another once the lease has expired',
        test(async ({ store, elapse }) => {
          await store.lease(P0, 'a', 1000);
          await elapse(1100);
          expect(await store.lease(P0, 'b', 1000)).toMatchObject({ holder: 'b' });
          expect(await store.lease(P0, 'a', 1000)).toBeUndefined();
        }),
      );

      it(
        'to the same holder again, for longer',
        test(async ({ store, elapse }) => {
          const lease = await store.lease(P0, 'a', 1000);
          await elapse(600);
          const renewed = await store.lease(P0, 'a', 1000);
          expect(renewed?.expires).toBeGreaterThan(lease?.expires ?? Infinity);
          await elapse(600);
          expect(await store.lease(P0, 'b', 1000)).toBeUndefined();
        }),
      );

      it(
        'to another once it was given back; giving back what another holds by now changes nothing',
        test(async ({ store, elapse }) => {
          const lease = await store.lease(P0, 'a', 1000);
          if (lease === undefined) throw new Error('The partition was free.');
          await store.release(lease);
          expect(await store.lease(P0, 'b', 1000)).toMatchObject({ holder: 'b' });
          await store.release(lease);
          expect(await store.lease(P0, 'c', 1000)).toBeUndefined();
          await elapse(1100);
          expect(await store.lease(P0, 'c', 1000)).toMatchObject({ holder: 'c' });
        }),
      );
    });
  });
}

export interface OutboxOverviewSubject {
  readonly store: EventStore & Outbox & OutboxOverview;
  /** Lets the store's own clock go on. */
  readonly elapse: (milliseconds: number) => Promise<void>;
  close(): Promise<void>;
}

/** What an adapter of `OutboxOverview` owes. */
export function outboxOverviewContract(name: string, makeSubject: () => Promise<OutboxOverviewSubject>): void {
  const test = withSubject(makeSubject);

  describe(`${name}, an outbox as a whole`, () => {
    it(
      'says where something is pending, and how much',
      test(async ({ store }) => {
        expect([await store.waiting(), await store.size(10)]).toEqual([[], 0]);
        const commits = [
          commitTo(newStream(), P1, { base: 0 }),
          commitTo(newStream(), P1, { base: 0 }),
          commitTo(newStream(), P0, { base: 0 }),
        ];
        await store.append(commits);
        expect([[...(await store.waiting())].sort(), await store.size(10), await store.size(2)]).toEqual([[P0, P1], 3, 2]);
        await store.published(P1, commits.slice(0, 1), offset(0));
        expect([[...(await store.waiting())].sort(), await store.size(10)]).toEqual([[P0, P1], 2]);
        await store.published(P1, commits.slice(1, 2), offset(1));
        expect([await store.waiting(), await store.size(10)]).toEqual([[P0], 1]);
      }),
    );

    it(
      'counts those who relay, while they say so',
      test(async ({ store, elapse }) => {
        expect(await store.present('a', 1000)).toBe(1);
        expect(await store.present('b', 2000)).toBe(2);
        expect(await store.present('a', 1000)).toBe(2);
        await elapse(1100);
        expect(await store.present('b', 2000)).toBe(1);
        await store.present('a', 1000);
        expect(await store.present('b', 0)).toBe(1);
        expect(await store.present('a', 1000)).toBe(1);
      }),
    );
  });
}
