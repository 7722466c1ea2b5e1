import { describe, expect, it } from '@jest/globals';
import { baseAt, pushId, revision, type StreamName } from '../brand.js';
import type { Commit } from '../event.js';
import type { AppendOutcome, EventStore, Receipt } from '../event-store.js';
import { withSubject } from './subject.js';
import { AWKWARD_CONTENT, commitTo, newStream, type CommitShape } from './test-commits.js';

export interface EventStoreSubject {
  readonly store: EventStore;
  close(): Promise<void>;
  /** Closes the store and opens it again on what it has kept. */
  readonly reopen: () => Promise<EventStore>;
}

const APPENDED: AppendOutcome = { status: 'appended' };
const CONFLICT: AppendOutcome = { status: 'conflict' };

/** What an adapter of `EventStore` owes. */
export function eventStoreContract(name: string, makeSubject: () => Promise<EventStoreSubject>): void {
  const test = withSubject(makeSubject);

  const commit = async (store: EventStore, stream: StreamName, shape: CommitShape): Promise<Commit> => {
    const [newest] = await store.newest([stream]);
    return commitTo(stream, newest?.partition ?? (await store.partitionFor(stream)), shape);
  };
  const appended = async (store: EventStore, stream: StreamName, shape: CommitShape): Promise<Commit> => {
    const made = await commit(store, stream, shape);
    expect(await store.append([made])).toEqual([APPENDED]);
    return made;
  };
  const scanned = async (store: EventStore): Promise<readonly Commit[]> => {
    const commits: Commit[] = [];
    let next: string | undefined;
    do {
      const page = await store.scan(next);
      commits.push(...page.commits);
      next = page.next;
    } while (next !== undefined);
    return commits;
  };

  describe(`${name}, an event store`, () => {
    describe('append', () => {
      it(
        'shows a commit as soon as it is appended (invariant 1: an acknowledged write is there)',
        test(async ({ store }) => {
          const stream = newStream();
          const first = await appended(store, stream, { base: 0, after: '{"format":1,"é":"\u{1f600}"}' });
          expect(await store.newest([stream])).toEqual([
            { stream, base: 0, revision: 1, partition: first.partition, after: '{"format":1,"é":"\u{1f600}"}' },
          ]);
          expect(await store.read(stream, revision(1), revision(1))).toEqual([first]);
          expect(await store.commits([first])).toEqual([first]);
          expect(await scanned(store)).toContainEqual(first);
        }),
      );

      it(
        'keeps every text as it was given, byte for byte',
        test(async ({ store }) => {
          const stream = newStream();
          const given = await appended(store, stream, { base: 0, events: 2, content: AWKWARD_CONTENT });
          const [found] = await store.commits([given]);
          expect(found).toEqual(given);
          expect(found?.events[1]?.content?.source).toBe(AWKWARD_CONTENT.source);
        }),
      );

      it(
        'keeps a commit of several events together (invariant 3: revisions have no gap)',
        test(async ({ store }) => {
          const stream = newStream();
          await appended(store, stream, { base: 0, events: 3 });
          expect((await store.newest([stream]))[0]).toMatchObject({ base: 0, revision: 3 });
          expect(await store.append([await commit(store, stream, { base: 1 }), await commit(store, stream, { base: 2 })])).toEqual([
            CONFLICT,
            CONFLICT,
          ]);
          await appended(store, stream, { base: 3 });
          expect((await store.newest([stream]))[0]).toMatchObject({ base: 3, revision: 4 });
        }),
      );

      it(
        'answers conflict for a base that somebody else has written (one winner each)',
        test(async ({ store }) => {
          const stream = newStream();
          const winner = await appended(store, stream, { base: 0 });
          expect(await store.append([await commit(store, stream, { base: 0 })])).toEqual([CONFLICT]);
          expect(await store.read(stream, revision(1), revision(9))).toEqual([winner]);
        }),
      );

      it(
        'answers conflict for a base beyond the newest revision (invariant 3: revisions have no gap)',
        test(async ({ store }) => {
          const stream = newStream();
          expect(await store.append([await commit(store, stream, { base: 1 })])).toEqual([CONFLICT]);
          expect(await store.newest([stream])).toEqual([undefined]);
        }),
      );

      it(
        'gives each commit its own outcome: the conflict of one fails no other',
        test(async ({ store }) => {
          const [taken, free, raced] = [newStream(), newStream(), newStream()];
          await appended(store, taken, { base: 0 });
          const outcomes = await store.append([
            await commit(store, taken, { base: 0 }),
            await commit(store, free, { base: 0 }),
            await commit(store, raced, { base: 0 }),
            await commit(store, raced, { base: 0 }),
            await commit(store, taken, { base: 1 }),
          ]);
          expect(outcomes).toEqual([CONFLICT, APPENDED, APPENDED, CONFLICT, APPENDED]);
          expect((await store.newest([taken, free, raced])).map((newest) => newest?.revision)).toEqual([2, 1, 1]);
        }),
      );

      it(
        'lets exactly one of many concurrent appends win',
        test(async ({ store }) => {
          const stream = newStream();
          const commits = await Promise.all(Array.from({ length: 32 }, () => commit(store, stream, { base: 0 })));
          const outcomes = (await Promise.all(commits.map((one) => store.append([one])))).flat();
          expect(outcomes.filter(({ status }) => status === 'appended')).toHaveLength(1);
          expect(outcomes.filter(({ status }) => status === 'conflict')).toHaveLength(31);
          const winner = commits[outcomes.findIndex(({ status }) => status === 'appended')];
          expect(await store.read(stream, revision(1), revision(9))).toEqual([winner]);
        }),
      );

      it(
        'stores concurrent appends to different streams, all of them',
        test(async ({ store }) => {
          const streams = Array.from({ length: 100 }, () => newStream());
          await Promise.all(streams.map((stream) => appended(store, stream, { base: 0, content: AWKWARD_CONTENT })));
          expect((await store.newest(streams)).map((newest) => newest?.stream)).toEqual(streams);
        }),
      );

      it(
        'does nothing, given nothing',
        test(async ({ store }) => {
          expect(await store.append([])).toEqual([]);
          expect(await store.appendTogether([])).toEqual(APPENDED);
        }),
      );
    });

    describe('appendTogether', () => {
      const receiptOf = (commits: readonly Commit[]): Receipt => ({
        push: pushId(`push-${newStream()}`),
        written: commits.map(({ stream, base, events }) => ({ stream, revision: revision(base + events.length) })),
      });

      it(
        'stores all commits and the receipt',
        test(async ({ store }) => {
          const commits = await Promise.all(
            [newStream(), newStream(), newStream()].map((stream) => commit(store, stream, { base: 0, events: 2 })),
          );
          const receipt = receiptOf(commits);
          expect(await store.appendTogether(commits, receipt)).toEqual(APPENDED);
          expect(await store.commits(commits)).toEqual(commits);
          expect(await store.receipt(receipt.push)).toEqual(receipt);
        }),
      );

      it(
        'stores nothing where one commit conflicts, and names those that do',
        test(async ({ store }) => {
          const [free, taken, other] = [newStream(), newStream(), newStream()];
          await appended(store, taken, { base: 0 });
          const commits = await Promise.all([free, taken, other].map((stream) => commit(store, stream, { base: 0 })));
          const receipt = receiptOf(commits);
          expect(await store.appendTogether(commits, receipt)).toEqual({ status: 'conflict', conflicts: [1] });
          expect(await store.newest([free, other])).toEqual([undefined, undefined]);
          expect(await store.receipt(receipt.push)).toBeUndefined();
          expect((await scanned(store)).filter(({ stream }) => stream === free || stream === other)).toEqual([]);
        }),
      );

      it(
        'stores several commits of one stream in the order given',
        test(async ({ store }) => {
          const stream = newStream();
          const commits = [
            await commit(store, stream, { base: 0 }),
            await commit(store, stream, { base: 1, events: 2 }),
            await commit(store, stream, { base: 3 }),
          ];
          expect(await store.appendTogether(commits)).toEqual(APPENDED);
          expect(await store.read(stream, revision(1), revision(4))).toEqual(commits);
        }),
      );

      it(
        'is one of the racers for a stream: of overlapping groups, those that are stored are stored whole',
        test(async ({ store }) => {
          const shared = newStream();
          const groups = await Promise.all(
            Array.from({ length: 8 }, async () => [
              await commit(store, newStream(), { base: 0 }),
              await commit(store, shared, { base: 0 }),
            ]),
          );
          const outcomes = await Promise.all(groups.map((group) => store.appendTogether(group)));
          expect(outcomes.filter(({ status }) => status === 'appended')).toHaveLength(1);
          for (const [index, group] of groups.entries()) {
            const stored = outcomes[index]?.status === 'appended';
            const [own] = await store.newest([group[0]?.stream ?? shared]);
            expect(own !== undefined).toBe(stored);
          }
        }),
      );

      it(
        'knows no receipt that was not given',
        test(async ({ store }) => {
          expect(await store.receipt(pushId('never'))).toBeUndefined();
        }),
      );
    });

    describe('reading', () => {
      it(
        'answers newest in the order asked, also for streams without events and for one that is asked for twice',
        test(async ({ store }) => {
          const [a, b, missing] = [newStream(), newStream(), newStream()];
          await appended(store, a, { base: 0 });
          await appended(store, b, { base: 0 });
          await appended(store, b, { base: 1 });
          const found = await store.newest([b, missing, a, b]);
          expect(found.map((newest) => newest && [newest.stream, newest.revision])).toEqual([[b, 2], undefined, [a, 1], [b, 2]]);
          expect(await store.newest([])).toEqual([]);
        }),
      );

      it(
        'tells streams apart whose names begin alike',
        test(async ({ store }) => {
          const stream = newStream();
          const longer = `${stream}/more` as StreamName;
          await appended(store, longer, { base: 0 });
          expect((await store.newest([stream, longer])).map((newest) => newest?.stream)).toEqual([undefined, longer]);
          expect(await store.read(stream, revision(1), revision(9))).toEqual([]);
        }),
      );

      it(
        'reads the commits that hold a revision of the range, both ends included, in order',
        test(async ({ store }) => {
          const stream = newStream();
          const first = await appended(store, stream, { base: 0, events: 2 });
          const second = await appended(store, stream, { base: 2 });
          const third = await appended(store, stream, { base: 3, events: 3 });
          const read = (from: number, to: number): Promise<readonly Commit[]> => store.read(stream, revision(from), revision(to));
          expect(await read(1, 6)).toEqual([first, second, third]);
          expect(await read(2, 3)).toEqual([first, second]);
          expect(await read(1, 1)).toEqual([first]);
          expect(await read(5, 5)).toEqual([third]);
          expect(await read(6, 99)).toEqual([third]);
          expect(await read(7, 99)).toEqual([]);
          expect(await store.read(newStream(), revision(1), revision(9))).toEqual([]);
        }),
      );

      it(
        'finds commits by key, in the order asked; a key that is no base of a commit finds nothing',
        test(async ({ store }) => {
          const [a, b] = [newStream(), newStream()];
          const first = await appended(store, a, { base: 0, events: 2 });
          const second = await appended(store, a, { base: 2 });
          const other = await appended(store, b, { base: 0 });
          const inside = { stream: a, base: baseAt(revision(1)) };
          expect(await store.commits([other, inside, second, first, second])).toEqual([other, undefined, second, first, second]);
          expect(await store.commits([])).toEqual([]);
        }),
      );

      it(
        'scans every commit once, those of a stream in order, though others write meanwhile (invariant 3)',
        test(async ({ store }) => {
          const streams = Array.from({ length: 30 }, () => newStream());
          const written = new Map<StreamName, Commit[]>();
          for (const base of [0, 1, 2]) {
            for (const stream of streams) written.set(stream, [...(written.get(stream) ?? []), await appended(store, stream, { base })]);
          }
          const seen = new Map<StreamName, Commit[]>();
          let next: string | undefined;
          do {
            const page = await store.scan(next);
            for (const one of page.commits) seen.set(one.stream, [...(seen.get(one.stream) ?? []), one]);
            await appended(store, newStream(), { base: 0 });
            next = page.next;
          } while (next !== undefined && seen.size < 10_000);
          for (const stream of streams) expect(seen.get(stream)).toEqual(written.get(stream));
        }),
      );
    });

    it(
      'gives a stream its partition, the same each time, among those it has',
      test(async ({ store }) => {
        const stream = newStream();
        const partition = await store.partitionFor(stream);
        expect(await store.partitionFor(stream)).toBe(partition);
        expect(partition).toBeGreaterThanOrEqual(0);
      }),
    );

    it(
      'has one epoch of 64 bits',
      test(async ({ store }) => {
        const epoch = await store.epoch();
        expect(epoch).toMatch(/^[0-9a-f]{16}$/);
        expect(await store.epoch()).toBe(epoch);
      }),
    );

    it(
      'has the same token keys each time, also when many ask at first',
      test(async ({ store }) => {
        const asked = await Promise.all(Array.from({ length: 8 }, () => store.tokenKeys()));
        const [first] = asked;
        for (const keys of asked) expect(keys).toEqual(first);
        expect(first?.[0].id).toMatch(/^[\w-]+$/);
        expect(first?.[0].secret.length).toBeGreaterThanOrEqual(32);
      }),
    );

    it(
      'shows the same after it was closed and opened again (invariant 1: an acknowledged write is durable)',
      test(async ({ store, reopen }) => {
        const [stream, other] = [newStream(), newStream()];
        const first = await appended(store, stream, { base: 0, content: AWKWARD_CONTENT });
        const second = await commit(store, other, { base: 0 });
        const receipt: Receipt = { push: pushId(`push-${other}`), written: [{ stream: other, revision: revision(1) }] };
        expect(await store.appendTogether([second], receipt)).toEqual(APPENDED);
        const [epoch, keys] = [await store.epoch(), await store.tokenKeys()];
        const again = await reopen();
        expect(await again.commits([first, second])).toEqual([first, second]);
        expect(await again.receipt(receipt.push)).toEqual(receipt);
        expect(await again.epoch()).toBe(epoch);
        expect(await again.tokenKeys()).toEqual(keys);
        expect(await again.append([await commit(again, stream, { base: 0 })])).toEqual([CONFLICT]);
      }),
    );
  });
}
