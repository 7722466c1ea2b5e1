import { describe, expect, it } from '@jest/globals';
import { eventId, offset, partition, revision, streamName, type StreamName } from './brand.js';
import type { LogEntry } from './event.js';
import { projectBatch, touched, type Known } from './project-batch.js';
import { Fork, Gap, type Row } from './projection.js';
import type { ParkedStream, ProjectionBatch } from './projection-store.js';
import { counterEntry, places, projected, totals, type CounterEvent, type CounterRow } from './testing/counter.js';

const P = partition(2);
const A = streamName('counter/a');
const B = streamName('counter/b');
const JAM: CounterEvent = { type: 'Jammed', data: { why: 'x' } };

const entry = (stream: StreamName, at: number, place: number, event?: CounterEvent): LogEntry => counterEntry(stream, at, P, place, event);
const rowOf = (stream: StreamName, at: number, value: CounterRow): Row<unknown> => ({
  stream,
  revision: revision(at),
  eventId: eventId(`${String(at)}-of-${stream}`),
  value,
});
const known = (rows: readonly Row<unknown>[] = [], parked: readonly (readonly [StreamName, ParkedStream])[] = []): Known => ({
  rows: new Map(rows.map((row) => [row.stream, row])),
  parked: new Map(parked),
});
const parkedAt = (stream: StreamName, at: number, last: number): readonly [StreamName, ParkedStream] => [
  stream,
  { at: revision(at), last: { revision: revision(last), eventId: eventId(`${String(last)}-of-${stream}`) } },
];
const batch = (
  entries: readonly LogEntry[],
  before: Known = known(),
  projection: Parameters<typeof projectBatch<CounterEvent>>[0] = totals,
): ProjectionBatch => projectBatch(projection, 1000, P, entries.map(projected), before, offset(-1), offset(99));

describe('A batch of the log', () => {
  it('moves each stream’s row by all its events, and counts the difference', () => {
    const result = batch([entry(A, 1, 0), entry(B, 1, 1), entry(A, 2, 2), entry(A, 3, 3)]);
    expect(result).toEqual({
      projection: 'totals',
      version: 1000,
      partition: 2,
      expected: -1,
      watermark: 99,
      rows: [rowOf(A, 3, { total: 6, revisions: [1, 2, 3] }), rowOf(B, 1, { total: 1, revisions: [1] })],
      counters: new Map([
        ['counters', 2],
        ['even', 1],
        ['odd', 1],
      ]),
      history: [],
      parked: [],
    });
  });

  it('goes on from rows that exist, and counts nothing that stays', () => {
    const result = batch([entry(A, 4, 0)], known([rowOf(A, 3, { total: 6, revisions: [1, 2, 3] })]));
    expect(result.rows).toEqual([rowOf(A, 4, { total: 10, revisions: [1, 2, 3, 4] })]);
    expect(result.counters).toEqual(new Map());
  });

  it('leaves out streams that the projection does not consume, but not their place', () => {
    const ignored = streamName('ignored/a');
    const result = batch([entry(ignored, 1, 0), entry(ignored, 5, 1)]);
    expect([result.rows, result.watermark]).toEqual([[], 99]);
    expect(touched(totals, [entry(ignored, 1, 0), entry(A, 1, 1), entry(B, 1, 2), entry(A, 2, 3)].map(projected))).toEqual([A, B]);
  });

  it('keeps a history, each event once', () => {
    const result = batch([entry(A, 1, 0), entry(A, 2, 1), entry(A, 1, 2), entry(A, 2, 3)], known(), places);
    expect(result.history.map(({ stream, revision: at, offset: place, partition: of }) => [stream, at, place, of])).toEqual([
      [A, 1, 0, 2],
      [A, 2, 1, 2],
    ]);
    expect(result.rows).toMatchObject([{ revision: 2, value: { last: 1 } }]);
  });

  describe('with repetitions (invariant 4: redelivery changes nothing)', () => {
    it('drops those of the batch itself', () => {
      const once = batch([entry(A, 1, 0), entry(A, 2, 1), entry(A, 3, 2)]);
      expect(batch([entry(A, 1, 0), entry(A, 2, 1), entry(A, 1, 2), entry(A, 2, 3), entry(A, 3, 4), entry(A, 3, 5)]).rows).toEqual(
        once.rows,
      );
    });
    it('drops those of what was applied before', () => {
      const before = known([rowOf(A, 2, { total: 3, revisions: [1, 2] })]);
      const result = batch([entry(A, 1, 7), entry(A, 2, 8)], before);
      expect([result.rows, result.counters.size, result.parked]).toEqual([[], 0, []]);
    });
    it('drops those of what is parked', () => {
      const before = known([rowOf(A, 2, { total: 3, revisions: [1, 2] })], [parkedAt(A, 3, 5)]);
      const result = batch(
        [1, 2, 3, 4, 5].map((at) => entry(A, at, at)),
        before,
      );
      expect([result.rows, result.parked]).toEqual([[], []]);
    });
  });

  it.each<[string, readonly LogEntry[], Known]>([
    ['at the start of a stream', [entry(A, 2, 0)], known()],
    ['within the batch', [entry(A, 1, 0), entry(A, 3, 1)], known()],
    ['after what was applied', [entry(A, 4, 0)], known([rowOf(A, 2, { total: 3, revisions: [1, 2] })])],
    ['after what is parked', [entry(A, 7, 0)], known([], [parkedAt(A, 3, 5)])],
  ])('with a gap %s stops (invariant 3)', (_, entries, before) => expect(() => batch(entries, before)).toThrow(Gap));

  it.each<[string, readonly LogEntry[], Known]>([
    ['of what was applied', [entry(A, 2, 0)], known([{ ...rowOf(A, 2, { total: 3, revisions: [1, 2] }), eventId: eventId('2-another') }])],
    [
      'of what is parked',
      [entry(A, 5, 0)],
      known([], [[A, { at: revision(3), last: { revision: revision(5), eventId: eventId('5-another') } }]]),
    ],
  ])('with a fork %s stops', (_, entries, before) => expect(() => batch(entries, before)).toThrow(Fork));

  describe('with an event that cannot be applied', () => {
    it('parks it and every later one of its stream, in order, and nothing of others (invariant 1)', () => {
      const result = batch([entry(A, 1, 0), entry(A, 2, 1, JAM), entry(B, 1, 2), entry(A, 3, 3), entry(A, 4, 4)]);
      expect(result.rows).toEqual([rowOf(A, 1, { total: 1, revisions: [1] }), rowOf(B, 1, { total: 1, revisions: [1] })]);
      expect(result.parked.map(({ stream, revision: at, offset: place, reason, after }) => [stream, at, place, reason, after])).toEqual([
        [A, 2, 1, 'jammed: x', undefined],
        [A, 3, 3, 'after a parked event', 2],
        [A, 4, 4, 'after a parked event', 3],
      ]);
      expect(result.watermark).toBe(99);
    });

    it('parks what follows in later batches', () => {
      const result = batch([entry(A, 6, 0), entry(A, 7, 1)], known([], [parkedAt(A, 3, 5)]));
      expect(result.parked.map(({ revision: at, after }) => [at, after])).toEqual([
        [6, 5],
        [7, 6],
      ]);
    });

    it('counts nothing of it, also where it is the counting that fails', () => {
      const uncountable = {
        ...totals,
        counts: ({ total }: CounterRow) => {
          if (total === 3) throw new Error('3 cannot be counted');
          return ['counters'];
        },
      };
      const result = batch([entry(A, 1, 0), entry(A, 2, 1)], known(), uncountable);
      expect(result.rows).toEqual([rowOf(A, 1, { total: 1, revisions: [1] })]);
      expect(result.counters).toEqual(new Map([['counters', 1]]));
      expect(result.parked).toMatchObject([{ revision: 2, reason: '3 cannot be counted' }]);
    });

    it('leaves no gap in the history (invariant 5: a feed never skips)', () => {
      const both = { ...totals, history: places.history };
      const result = batch([entry(A, 1, 0), entry(A, 2, 1, JAM), entry(A, 3, 2)], known(), both as typeof totals);
      expect(result.history.map(({ revision: at }) => at)).toEqual([1, 2, 3]);
    });
  });
});
