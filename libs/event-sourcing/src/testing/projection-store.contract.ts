import { describe, expect, it } from '@jest/globals';
import {
  baseAt,
  epoch as asEpoch,
  eventId,
  offset,
  partition as asPartition,
  projectionName,
  revision,
  type Partition,
  type ProjectionName,
  type Revision,
  type StreamName,
} from '../brand.js';
import type { Row } from '../projection.js';
import {
  CopyDropped,
  RowPresent,
  StreamUnparked,
  WatermarkMoved,
  type HistoryRecord,
  type ParkedEvent,
  type ProjectionBatch,
  type ProjectionProgress,
  type ProjectionStore,
} from '../projection-store.js';
import { withSubject } from './subject.js';
import { newStream } from './test-commits.js';

/** A projection that the adapter can store, with values that its rows take: adapters may keep parts of a value in columns. */
export interface StoredProjection {
  readonly name: ProjectionName;
  /** The value of a row at one of its revisions; another one for each revision. */
  value(stream: StreamName, at: number): unknown;
  /** A counter that the adapter can keep for this projection; none where it keeps none. */
  readonly counter?: string;
  /** Whether the adapter keeps a history for this projection. */
  readonly history: boolean;
}

export interface ProjectionStoreSubject {
  readonly store: ProjectionStore & ProjectionProgress;
  readonly projections: readonly [StoredProjection, StoredProjection];
  /** The served copy's counter; 0 where there is none of this key. */
  counter(projection: ProjectionName, key: string): Promise<number>;
  /** The places of the served copy's history of a stream, in order. */
  history(projection: ProjectionName, stream: StreamName): Promise<readonly Pick<HistoryRecord, 'partition' | 'offset' | 'revision'>[]>;
  /** Closes the store and opens it again on what it has kept. */
  readonly reopen: () => Promise<ProjectionStore>;
  close(): Promise<void>;
}

/** Two projections for adapters that keep values as they are. */
export const PLAIN_PROJECTIONS: readonly [StoredProjection, StoredProjection] = [
  { name: projectionName('first'), counter: 'all', history: true, value: (stream, at) => ({ stream, at, text: '\u{1f600}\u2028"' }) },
  { name: projectionName('second'), counter: 'all', history: false, value: (_, at) => [at, null, { __proto__: null, nested: true }] },
];

const EPOCH = asEpoch('0123456789abcdef');
const NEXT_EPOCH = asEpoch('fedcba9876543210');
const P0 = asPartition(0);
const P1 = asPartition(1);
const NONE: ReadonlySet<StreamName> = new Set();

/** What an adapter of `ProjectionStore` owes. */
export function projectionStoreContract(name: string, makeSubject: () => Promise<ProjectionStoreSubject>): void {
  const test = withSubject(makeSubject);

  const served = async ({ store, projections: [projection] }: ProjectionStoreSubject, version = 1000): Promise<StoredProjection> => {
    await store.create(projection.name, version, EPOCH);
    await store.serve(projection.name, version);
    return projection;
  };
  const rowOf = ({ value }: StoredProjection, stream: StreamName, at: number): Row<unknown> => ({
    stream,
    revision: revision(at),
    eventId: eventId(`${String(at)}-${stream}`),
    value: value(stream, at),
  });
  const batchOf = (
    projection: StoredProjection,
    expected: number,
    watermark: number,
    parts: Partial<ProjectionBatch> = {},
  ): ProjectionBatch => ({
    projection: projection.name,
    version: 1000,
    partition: P0,
    expected: offset(expected),
    watermark: offset(watermark),
    rows: [],
    counters: new Map(),
    history: [],
    parked: [],
    ...parts,
  });
  const parkedEvent = (stream: StreamName, at: number, after?: number): ParkedEvent => ({
    stream,
    revision: revision(at),
    eventId: eventId(`${String(at)}-${stream}`),
    partition: P0,
    offset: offset(at * 10),
    reason: after === undefined ? 'it cannot be applied' : 'after a parked event',
    ...(after === undefined ? {} : { after: revision(after) }),
  });
  const countersOf = ({ counter }: StoredProjection, by: number): ReadonlyMap<string, number> =>
    new Map(counter === undefined ? [] : [[counter, by]]);
  const counted = ({ counter }: StoredProjection, value: number): number => (counter === undefined ? 0 : value);

  describe(`${name}, a projection store`, () => {
    it(
      'stores rows and the watermark together, and gives rows back as they were given',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        const [a, b, missing] = [newStream(), newStream(), newStream()];
        expect(await store.watermark(projection.name, 1000, P0)).toBe(-1);
        const [first, second] = [rowOf(projection, a, 1), rowOf(projection, b, 7)];
        await store.commit([batchOf(projection, -1, 4, { rows: [first, second] })]);
        expect(await store.watermark(projection.name, 1000, P0)).toBe(4);
        expect(await store.load(projection.name, 1000, [b, missing, a, b])).toEqual([second, undefined, first, second]);
        const newer = rowOf(projection, a, 2);
        await store.commit([batchOf(projection, 4, 5, { rows: [newer] })]);
        expect(await store.load(projection.name, 1000, [a])).toEqual([newer]);
        expect(await store.load(projection.name, 1000, [])).toEqual([]);
      }),
    );

    it(
      'never replaces a row unseen, where the first event of a stream comes once more',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        const [there, begins] = [newStream(), newStream()];
        const row = rowOf(projection, there, 2);
        await store.commit([batchOf(projection, -1, 1, { rows: [row] })]);
        const beginning = new Set([there, begins]);
        const [found, absent] = await store.load(projection.name, 1000, [there, begins], beginning);
        expect(absent).toBeUndefined();
        const rows = [rowOf(projection, there, 1), rowOf(projection, begins, 1)];
        // It has looked all the same, or refuses.
        const outcome = found ?? (await store.commit([batchOf(projection, 1, 2, { rows, beginning })]).catch((error: unknown) => error));
        expect([found ?? row, found !== undefined || outcome instanceof RowPresent]).toEqual([row, true]);
        expect(await store.watermark(projection.name, 1000, P0)).toBe(1);
        expect(await store.load(projection.name, 1000, [there, begins])).toEqual([row, undefined]);
        await store.commit([batchOf(projection, 1, 2, { rows: rows.slice(1), beginning })]);
        expect(await store.load(projection.name, 1000, [there, begins], NONE)).toEqual([row, rows[1]]);
      }),
    );

    it(
      'keeps a watermark for each partition',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        await store.commit([batchOf(projection, -1, 4), batchOf(projection, -1, 9, { partition: P1 })]);
        const marks = await Promise.all([P0, P1, asPartition(2)].map((of: Partition) => store.watermark(projection.name, 1000, of)));
        expect(marks).toEqual([4, 9, -1]);
      }),
    );

    it(
      'stores what partitions commit at one time, but for what continues from another watermark (invariant 4)',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        const partitions = [0, 1, 2, 3].map(asPartition);
        await store.commit(partitions.map((partition) => batchOf(projection, -1, 4, { partition })));
        const rows = partitions.map(() => rowOf(projection, newStream(), 1));
        const commits = partitions.map((partition, index) =>
          store.commit([
            batchOf(projection, partition === 2 ? 3 : 4, 7, {
              partition,
              rows: rows.slice(index, index + 1),
              counters: countersOf(projection, 1),
            }),
          ]),
        );
        const [first, second, stale, last] = await Promise.allSettled(commits);
        expect([first, second, last]).toEqual(Array(3).fill({ status: 'fulfilled', value: undefined }));
        expect(stale).toMatchObject({ status: 'rejected', reason: expect.any(WatermarkMoved) });
        expect(stale).toMatchObject({ reason: { partition: 2, expected: 3, found: 4 } });
        const streams = rows.map(({ stream }) => stream);
        const loaded = await Promise.all(streams.map(async (stream) => (await store.load(projection.name, 1000, [stream]))[0]));
        expect(loaded).toEqual([rows[0], rows[1], undefined, rows[3]]);
        const marks = await Promise.all(partitions.map((of) => store.watermark(projection.name, 1000, of)));
        expect(marks).toEqual([7, 7, 4, 7]);
        expect(await subject.counter(projection.name, projection.counter ?? 'none')).toBe(counted(projection, 3));
      }),
    );

    it(
      'refuses a batch that continues from another watermark, and stores nothing of it (invariant 4: a zombie changes nothing)',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        const stream = newStream();
        const current = rowOf(projection, stream, 2);
        await store.commit([batchOf(projection, -1, 6, { rows: [current], counters: countersOf(projection, 1) })]);
        for (const expected of [-1, 5, 7]) {
          const stale = batchOf(projection, expected, 9, {
            rows: [rowOf(projection, stream, 1), rowOf(projection, newStream(), 1)],
            counters: countersOf(projection, 5),
            parked: [parkedEvent(newStream(), 1)],
          });
          await expect(store.commit([stale])).rejects.toThrow(WatermarkMoved);
        }
        expect(await store.watermark(projection.name, 1000, P0)).toBe(6);
        expect(await store.load(projection.name, 1000, [stream])).toEqual([current]);
        expect(await subject.counter(projection.name, projection.counter ?? '')).toBe(counted(projection, 1));
        expect(await store.parked(projection.name, 1000, 10)).toEqual([]);
      }),
    );

    it(
      'stores the batches of several projections together or not at all',
      test(async (subject) => {
        const { store, projections } = subject;
        const [first, second] = projections;
        for (const { name: of } of projections) {
          await store.create(of, 1000, EPOCH);
          await store.serve(of, 1000);
        }
        const stream = newStream();
        const both = [
          batchOf(first, -1, 0, { rows: [rowOf(first, stream, 1)] }),
          batchOf(second, 3, 4, { rows: [rowOf(second, stream, 1)] }),
        ];
        await expect(store.commit(both)).rejects.toThrow(WatermarkMoved);
        expect(await store.load(first.name, 1000, [stream])).toEqual([undefined]);
        expect(await store.watermark(first.name, 1000, P0)).toBe(-1);
        await store.commit(both.map((batch) => ({ ...batch, expected: offset(-1) })));
        expect(await store.load(first.name, 1000, [stream])).toEqual([rowOf(first, stream, 1)]);
        expect(await store.load(second.name, 1000, [stream])).toEqual([rowOf(second, stream, 1)]);
      }),
    );

    it(
      'lets exactly one of two readers of a partition store its batch',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        const batch = batchOf(projection, -1, 0, { counters: countersOf(projection, 1) });
        const outcomes = await Promise.allSettled([store.commit([batch]), store.commit([batch]), store.commit([batch])]);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await subject.counter(projection.name, projection.counter ?? '')).toBe(counted(projection, 1));
      }),
    );

    it(
      'adds to counters and takes off them, from every partition',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        await store.commit([batchOf(projection, -1, 0, { counters: countersOf(projection, 3) })]);
        await store.commit([batchOf(projection, -1, 0, { partition: P1, counters: countersOf(projection, 2) })]);
        await store.commit([batchOf(projection, 0, 1, { counters: countersOf(projection, -1) })]);
        expect(await subject.counter(projection.name, projection.counter ?? '')).toBe(counted(projection, 4));
      }),
    );

    it(
      'keeps the history of a stream, each event once, with the batch it came in or not at all',
      test(async (subject) => {
        const { store, projections } = subject;
        const projection = projections.find(({ history }) => history);
        if (projection === undefined) throw new Error('One of the projections must keep a history.');
        await store.create(projection.name, 1000, EPOCH);
        await store.serve(projection.name, 1000);
        const stream = newStream();
        const record = (at: number): HistoryRecord => ({
          organization: 'org',
          project: 'project',
          partition: P0,
          offset: offset(at),
          stream,
          revision: revision(at),
          eventId: eventId(`${String(at)}-x`),
          base: baseAt(at === 1 ? 0 : revision(at - 1)),
        });
        const place = (at: number) => ({ partition: P0, offset: offset(at), revision: revision(at) });
        await store.commit([batchOf(projection, -1, 2, { history: [record(1), record(2)] })]);
        await expect(store.commit([batchOf(projection, -1, 3, { history: [record(3)] })])).rejects.toThrow(WatermarkMoved);
        await store.commit([batchOf(projection, 2, 3, { history: [record(3)] })]);
        expect(await subject.history(projection.name, stream)).toMatchObject([place(1), place(2), place(3)]);
      }),
    );

    describe('parks', () => {
      it(
        'events in order of stream and revision, and says which streams stand and where',
        test(async (subject) => {
          const { store } = subject;
          const projection = await served(subject);
          const [a, b, free] = [newStream(), newStream(), newStream()].sort() as [StreamName, StreamName, StreamName];
          const events = [parkedEvent(b, 1), parkedEvent(a, 3), parkedEvent(a, 4, 3)];
          await store.commit([batchOf(projection, -1, 2, { parked: events })]);
          await store.commit([batchOf(projection, 2, 3, { parked: [parkedEvent(a, 5, 4)] })]);
          const inOrder = [parkedEvent(a, 3), parkedEvent(a, 4, 3), parkedEvent(a, 5, 4), parkedEvent(b, 1)];
          const found = await store.parked(projection.name, 1000, 10);
          expect(found.map(({ stream, revision: at, eventId: id }) => [stream, at, id])).toEqual(
            inOrder.map(({ stream, revision: at, eventId: id }) => [stream, at, id]),
          );
          expect(found[0]).toMatchObject({ reason: 'it cannot be applied', partition: 0, offset: 30 });
          expect(await store.parked(projection.name, 1000, 2)).toHaveLength(2);
          expect((await store.parked(projection.name, 1000, 10, b)).map(({ stream }) => stream)).toEqual([b]);
          expect((await store.parked(projection.name, 1000, 2, a)).map(({ revision: at }) => at)).toEqual([3, 4]);
          const standing = await store.parkedAmong(projection.name, 1000, [free, b, a]);
          expect(new Map(standing)).toEqual(
            new Map([
              [b, { at: 1, last: { revision: 1, eventId: `1-${b}` } }],
              [a, { at: 3, last: { revision: 5, eventId: `5-${a}` } }],
            ]),
          );
        }),
      );

      it(
        'no event after one that is parked no longer: the batch was made before the stream was re-driven',
        test(async (subject) => {
          const { store } = subject;
          const projection = await served(subject);
          const stream = newStream();
          await store.commit([batchOf(projection, -1, 0, { parked: [parkedEvent(stream, 1)] })]);
          expect(await store.unpark(projection.name, 1000, 0, rowOf(projection, stream, 1), new Map())).toBe(true);
          const late = batchOf(projection, 0, 1, { rows: [rowOf(projection, newStream(), 1)], parked: [parkedEvent(stream, 2, 1)] });
          await expect(store.commit([late])).rejects.toThrow(StreamUnparked);
          expect(await store.watermark(projection.name, 1000, P0)).toBe(0);
          expect(await store.parked(projection.name, 1000, 10)).toEqual([]);
        }),
      );

      it(
        'unparks up to the row that was folded again; later events stay parked',
        test(async (subject) => {
          const { store } = subject;
          const projection = await served(subject);
          const [stream, other] = [newStream(), newStream()];
          const before = rowOf(projection, stream, 2);
          const events = [parkedEvent(stream, 3), parkedEvent(stream, 4, 3), parkedEvent(stream, 5, 4), parkedEvent(other, 1)];
          await store.commit([batchOf(projection, -1, 5, { rows: [before], parked: events, counters: countersOf(projection, 1) })]);
          expect(await store.unpark(projection.name, 1000, 2 as Revision, rowOf(projection, stream, 4), countersOf(projection, 2))).toBe(
            true,
          );
          expect(await store.load(projection.name, 1000, [stream])).toEqual([rowOf(projection, stream, 4)]);
          expect((await store.parked(projection.name, 1000, 10, stream)).map(({ revision: at }) => at)).toEqual([5]);
          expect(await store.parked(projection.name, 1000, 10, other)).toHaveLength(1);
          expect(await subject.counter(projection.name, projection.counter ?? '')).toBe(counted(projection, 3));
        }),
      );

      it(
        'refuses to unpark from a row that somebody else has moved: nothing is counted twice',
        test(async (subject) => {
          const { store } = subject;
          const projection = await served(subject);
          const stream = newStream();
          await store.commit([batchOf(projection, -1, 1, { parked: [parkedEvent(stream, 1), parkedEvent(stream, 2, 1)] })]);
          const redriven = await Promise.all([
            store.unpark(projection.name, 1000, 0, rowOf(projection, stream, 2), countersOf(projection, 1)),
            store.unpark(projection.name, 1000, 0, rowOf(projection, stream, 2), countersOf(projection, 1)),
          ]);
          expect([...redriven].sort()).toEqual([false, true]);
          expect(await subject.counter(projection.name, projection.counter ?? '')).toBe(counted(projection, 1));
        }),
      );
    });

    it(
      'says how far the served copy has come with streams, in the order asked',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        const [applied, parked, stopped, missing] = [newStream(), newStream(), newStream(), newStream()];
        expect(await store.lastApplied(projection.name, [missing])).toEqual([{ revision: 0 }]);
        await store.commit([
          batchOf(projection, -1, 3, {
            rows: [rowOf(projection, applied, 5), rowOf(projection, stopped, 2)],
            parked: [parkedEvent(parked, 1), parkedEvent(stopped, 3), parkedEvent(stopped, 4, 3)],
          }),
        ]);
        expect(await store.lastApplied(projection.name, [stopped, missing, applied, parked])).toEqual([
          { revision: 2, parkedAt: 3 },
          { revision: 0 },
          { revision: 5 },
          { revision: 0, parkedAt: 1 },
        ]);
      }),
    );

    describe('keeps copies', () => {
      it(
        'side by side: what is written to one is not seen in another, and the served one is read',
        test(async (subject) => {
          const { store } = subject;
          const projection = await served(subject);
          const stream = newStream();
          await store.commit([batchOf(projection, -1, 3, { rows: [rowOf(projection, stream, 2)], counters: countersOf(projection, 1) })]);
          await store.create(projection.name, 1001, EPOCH);
          expect(await store.versions(projection.name)).toEqual({
            served: { version: 1000, epoch: EPOCH },
            building: [{ version: 1001, epoch: EPOCH }],
          });
          expect(await store.watermark(projection.name, 1001, P0)).toBe(-1);
          expect(await store.load(projection.name, 1001, [stream])).toEqual([undefined]);
          await store.commit([
            batchOf(projection, -1, 0, { version: 1001, rows: [rowOf(projection, stream, 1)], counters: countersOf(projection, 7) }),
          ]);
          expect(await store.load(projection.name, 1000, [stream])).toEqual([rowOf(projection, stream, 2)]);
          expect(await store.lastApplied(projection.name, [stream])).toEqual([{ revision: 2 }]);
          expect(await subject.counter(projection.name, projection.counter ?? '')).toBe(counted(projection, 1));
          await store.serve(projection.name, 1001);
          expect(await store.lastApplied(projection.name, [stream])).toEqual([{ revision: 1 }]);
          expect(await subject.counter(projection.name, projection.counter ?? '')).toBe(counted(projection, 7));
        }),
      );

      it(
        'and knows none before the first is made',
        test(async ({ store, projections: [{ name: of }] }) => {
          expect(await store.versions(of)).toEqual({ building: [] });
          await store.create(of, 1000, EPOCH);
          expect(await store.versions(of)).toEqual({ building: [{ version: 1000, epoch: EPOCH }] });
          expect(await store.lastApplied(of, [newStream()])).toEqual([{ revision: 0 }]);
        }),
      );

      it(
        'and makes none twice: a copy that exists keeps what it holds',
        test(async (subject) => {
          const { store } = subject;
          const projection = await served(subject);
          await store.commit([batchOf(projection, -1, 3)]);
          await store.create(projection.name, 1000, NEXT_EPOCH);
          await store.serve(projection.name, 1000);
          expect(await store.watermark(projection.name, 1000, P0)).toBe(3);
          expect((await store.versions(projection.name)).served).toEqual({ version: 1000, epoch: EPOCH });
        }),
      );

      it(
        'and drops the one that was served and every older one when another is served, for good (a zombie brings none back)',
        test(async (subject) => {
          const { store } = subject;
          const projection = await served(subject);
          const stream = newStream();
          await store.commit([batchOf(projection, -1, 3, { rows: [rowOf(projection, stream, 1)], parked: [parkedEvent(newStream(), 1)] })]);
          for (const version of [1001, 1002, 2000]) await store.create(projection.name, version, NEXT_EPOCH);
          await store.serve(projection.name, 1002);
          expect(await store.versions(projection.name)).toEqual({
            served: { version: 1002, epoch: NEXT_EPOCH },
            building: [{ version: 2000, epoch: NEXT_EPOCH }],
          });
          for (const version of [1000, 1001]) {
            await expect(store.commit([batchOf(projection, 3, 4, { version, rows: [rowOf(projection, stream, 2)] })])).rejects.toThrow(
              CopyDropped,
            );
            await expect(store.watermark(projection.name, version, P0)).rejects.toThrow(CopyDropped);
            await expect(store.serve(projection.name, version)).rejects.toThrow(CopyDropped);
            await expect(store.unpark(projection.name, version, 0, rowOf(projection, stream, 1), new Map())).rejects.toThrow(CopyDropped);
            expect(await store.load(projection.name, version, [stream])).toEqual([undefined]);
            expect(await store.parked(projection.name, version, 10)).toEqual([]);
          }
          expect((await store.versions(projection.name)).building).toHaveLength(1);
        }),
      );
    });

    it(
      'shows the same after it was closed and opened again',
      test(async (subject) => {
        const { store } = subject;
        const projection = await served(subject);
        const stream = newStream();
        const row = rowOf(projection, stream, 2);
        await store.commit([batchOf(projection, -1, 8, { rows: [row], parked: [parkedEvent(newStream(), 1)] })]);
        const again = await subject.reopen();
        expect(await again.watermark(projection.name, 1000, P0)).toBe(8);
        expect(await again.load(projection.name, 1000, [stream])).toEqual([row]);
        expect(await again.parked(projection.name, 1000, 10)).toHaveLength(1);
        await expect(again.commit([batchOf(projection, -1, 9)])).rejects.toThrow(WatermarkMoved);
      }),
    );
  });
}
