import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { offset, revision, type Offset, type Partition } from '../brand.js';
import type { Commit, LogEntry } from '../event.js';
import type { EventLog, LogPublisher, LogRecord, LogTail, ReadLimit } from '../event-log.js';
import type { EventStore } from '../event-store.js';
import { withSubject } from './subject.js';
import { AWKWARD_CONTENT, commitTo, newStream, storedEvent, type CommitShape } from './test-commits.js';

export interface EventLogSubject {
  readonly log: EventLog;
  /** The store that feeds the log. */
  readonly store: EventStore;
  /** Returns once everything that was appended to the store is in the log. */
  readonly settle: () => Promise<void>;
  close(): Promise<void>;
}

const PLENTY: ReadLimit = { entries: 1000, characters: 100_000_000 };
const START = offset(-1);

async function readAll(
  log: EventLog,
  partition: Partition,
  after: Offset = START,
  limit: ReadLimit = PLENTY,
): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await log.read(partition, entries.at(-1)?.offset ?? after, limit);
    expect(page.length).toBeLessThanOrEqual(limit.entries);
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

const offsetsOf = (entries: readonly LogEntry[]): readonly number[] => entries.map((entry) => entry.offset);

/** What an adapter of `EventLog` owes. */
export function eventLogContract(name: string, makeSubject: () => Promise<EventLogSubject>): void {
  const test = withSubject(makeSubject);

  const append = async (store: EventStore, stream = newStream(), shape: CommitShape = { base: 0 }): Promise<Commit> => {
    const [newest] = await store.newest([stream]);
    const commit = commitTo(stream, newest?.partition ?? (await store.partitionFor(stream)), shape);
    expect(await store.append([commit])).toEqual([{ status: 'appended' }]);
    return commit;
  };

  describe(`${name}, a log`, () => {
    it(
      'is empty at first, in each of its partitions',
      test(async ({ log, store }) => {
        const partitions = await log.partitions();
        expect(partitions).toEqual(partitions.map((_, index) => index));
        expect(partitions).toContain(await store.partitionFor(newStream()));
        for (const partition of partitions) {
          expect(await log.last(partition)).toBe(-1);
          expect(await log.read(partition, START, PLENTY)).toEqual([]);
        }
      }),
    );

    it(
      'is of the epoch that its store feeds',
      test(async ({ log, store }) => {
        expect(await log.epoch()).toBe(await store.epoch());
      }),
    );

    it(
      'has every event that was appended, as it was stored, in the partition of its stream (invariant 2)',
      test(async ({ log, store, settle }) => {
        const commits: Commit[] = [];
        for (let count = 0; count < 20; count += 1) {
          commits.push(await append(store, newStream(), { base: 0, events: 1 + (count % 3), content: AWKWARD_CONTENT }));
        }
        await settle();
        const found = new Map<string, LogEntry>();
        for (const partition of await log.partitions()) {
          for (const entry of await readAll(log, partition)) {
            expect(entry.partition).toBe(partition);
            found.set(`${entry.stream}@${String(entry.revision)}`, entry);
          }
        }
        for (const { stream, base, partition, events } of commits) {
          for (const [index, event] of events.entries()) {
            expect(found.get(`${stream}@${String(base + 1 + index)}`)).toMatchObject({
              stream,
              partition,
              revision: base + 1 + index,
              event,
            });
          }
        }
        expect(found.size).toBe(commits.reduce((sum, { events }) => sum + events.length, 0));
      }),
    );

    it(
      'has the events of a stream in their order (invariant 3)',
      test(async ({ log, store, settle }) => {
        const streams = [newStream(), newStream(), newStream()];
        for (const base of [0, 2, 4]) for (const stream of streams) await append(store, stream, { base, events: 2 });
        await settle();
        for (const stream of streams) {
          const partition = (await store.newest([stream]))[0]?.partition;
          if (partition === undefined) throw new Error(`${stream} was not stored.`);
          const revisions = (await readAll(log, partition)).filter((entry) => entry.stream === stream).map((entry) => entry.revision);
          expect(revisions).toEqual([1, 2, 3, 4, 5, 6]);
        }
      }),
    );

    it(
      'numbers a partition from 0 without gaps, whatever conflicts there were, and says where it ends',
      test(async ({ log, store, settle }) => {
        const stream = newStream();
        const { partition } = await append(store, stream);
        await store.append([commitTo(stream, partition, { base: 0 })]);
        await append(store, stream, { base: 1, events: 2 });
        await store.appendTogether([commitTo(stream, partition, { base: 3 }), commitTo(stream, partition, { base: 1 })]);
        await append(store, stream, { base: 3 });
        await settle();
        const entries = await readAll(log, partition);
        expect(offsetsOf(entries)).toEqual([0, 1, 2, 3]);
        expect(await log.last(partition)).toBe(3);
      }),
    );

    it(
      'reads after an offset, within the limit of entries, the same each time',
      test(async ({ log, store, settle }) => {
        const stream = newStream();
        const { partition } = await append(store, stream, { base: 0, events: 7 });
        await settle();
        const all = await readAll(log, partition);
        for (const entries of [1, 2, 3, 7]) expect(await readAll(log, partition, START, { ...PLENTY, entries })).toEqual(all);
        expect(offsetsOf(await log.read(partition, offset(2), { ...PLENTY, entries: 2 }))).toEqual([3, 4]);
        expect(await log.read(partition, offset(6), PLENTY)).toEqual([]);
        expect(await log.read(partition, offset(99), PLENTY)).toEqual([]);
      }),
    );

    it(
      'reads within the limit of characters, at least one entry each time (invariant 7: memory is bounded)',
      test(async ({ log, store, settle }) => {
        const source = JSON.stringify('x'.repeat(10_000));
        const content = { source, expanded: '[]', compacted: '{}' };
        const { partition } = await append(store, newStream(), { base: 0, events: 5, content });
        await settle();
        expect(await log.read(partition, START, { entries: 100, characters: 1 })).toHaveLength(1);
        expect((await log.read(partition, START, { entries: 100, characters: 25_000 })).length).toBeLessThanOrEqual(3);
        expect(await readAll(log, partition, START, { entries: 100, characters: 25_000 })).toHaveLength(5);
      }),
    );

    it(
      'shows a reader that follows it every event once, while writers run',
      test(async ({ log, store, settle }) => {
        const partitions = await log.partitions();
        const marks = new Map(partitions.map((partition) => [partition, START]));
        const seen: string[] = [];
        const follow = async (): Promise<void> => {
          for (const partition of partitions) {
            const entries = await log.read(partition, marks.get(partition) ?? START, { ...PLENTY, entries: 2 });
            for (const entry of entries) {
              expect(entry.offset).toBe((marks.get(partition) ?? START) + 1);
              marks.set(partition, entry.offset);
              seen.push(entry.event.id);
            }
          }
        };
        const written: string[] = [];
        for (let count = 0; count < 30; count += 1) {
          const commit = await append(store);
          written.push(...commit.events.map(({ id }) => id));
          if (count % 3 === 0) await settle();
          await follow();
        }
        await settle();
        for (let rounds = 0; rounds < 30; rounds += 1) await follow();
        expect([...seen].sort()).toEqual([...written].sort());
      }),
    );
  });
}

export interface LogPublisherSubject {
  readonly log: EventLog & LogPublisher;
  close(): Promise<void>;
}

function recordsOf(from: number, to: number, stream = newStream()): readonly LogRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    stream,
    revision: revision(from + index),
    event: storedEvent(from + index, AWKWARD_CONTENT),
  }));
}

/** What an adapter of `LogPublisher` owes. */
export function logPublisherContract(name: string, makeSubject: () => Promise<LogPublisherSubject>): void {
  const test = withSubject(makeSubject);
  const some = async (log: EventLog): Promise<Partition> => {
    const [partition] = await log.partitions();
    if (partition === undefined) throw new Error('The log has no partition.');
    return partition;
  };

  describe(`${name}, the writing end of a log`, () => {
    it(
      'has records in the order given once it has said so, as they were given',
      test(async ({ log }) => {
        const partition = await some(log);
        const [first, second] = [recordsOf(1, 3), recordsOf(1, 2)];
        expect(await log.publish(partition, first)).toBe(2);
        expect(await readAll(log, partition)).toMatchObject(first);
        expect(await log.publish(partition, second)).toBe(4);
        const entries = await readAll(log, partition);
        expect(entries).toMatchObject([...first, ...second]);
        expect(offsetsOf(entries)).toEqual([0, 1, 2, 3, 4]);
        expect(await log.last(partition)).toBe(4);
      }),
    );

    it(
      'takes repetitions: they are for readers to drop',
      test(async ({ log }) => {
        const partition = await some(log);
        const records = recordsOf(1, 2);
        await log.publish(partition, records);
        await log.publish(partition, records);
        expect(await readAll(log, partition)).toMatchObject([...records, ...records]);
      }),
    );

    it(
      'does nothing, given nothing',
      test(async ({ log }) => {
        const partition = await some(log);
        expect(await log.publish(partition, [])).toBe(-1);
        expect(await log.last(partition)).toBe(-1);
      }),
    );
  });
}

export interface LogTailSubject {
  readonly log: EventLog & LogPublisher & LogTail;
  close(): Promise<void>;
}

/** What an adapter of `LogTail` owes. */
export function logTailContract(name: string, makeSubject: () => Promise<LogTailSubject>): void {
  const test = withSubject(makeSubject);
  const LONG_MILLISECONDS = 30_000;

  /** The places of the partitions, all at the same one. */
  const at = async (log: EventLog, place: Offset): Promise<ReadonlyMap<Partition, Offset>> =>
    new Map((await log.partitions()).map((partition) => [partition, place]));
  const two = async (log: EventLog): Promise<readonly [Partition, Partition]> => {
    const [first, second] = await log.partitions();
    if (first === undefined || second === undefined) throw new Error('The log has fewer than two partitions.');
    return [first, second];
  };
  const timed = async <T>(work: Promise<T>): Promise<{ readonly result: T; readonly milliseconds: number }> => {
    const start = performance.now();
    return { result: await work, milliseconds: performance.now() - start };
  };

  describe(`${name}, waiting at the end of a log`, () => {
    it(
      'ends with the first entry of any of the partitions, which can be read then',
      test(async ({ log }) => {
        const [, second] = await two(log);
        const waiting = timed(log.arrivals(await at(log, START), LONG_MILLISECONDS));
        const published = sleep(200).then(() => log.publish(second, recordsOf(1, 3)));
        const { result, milliseconds } = await waiting;
        expect(result).toEqual([second]);
        expect(milliseconds).toBeLessThan(LONG_MILLISECONDS / 2);
        expect((await log.read(second, START, PLENTY)).length).toBeGreaterThan(0);
        expect(await published).toBe(2);
      }),
    );

    it(
      'does not wait where there is something, however little time is given, and names no other partition',
      test(async ({ log }) => {
        const [first, second] = await two(log);
        await log.publish(first, recordsOf(1, 2));
        for (const milliseconds of [0, LONG_MILLISECONDS]) {
          expect(await log.arrivals(await at(log, START), milliseconds)).toEqual([first]);
          expect(await log.arrivals(new Map([[first, offset(0)]]), milliseconds)).toEqual([first]);
        }
        expect(await log.arrivals(new Map([[second, START]]), 0)).toEqual([]);
      }),
    );

    it(
      'ends after the time given where nothing comes, also where no partition is',
      test(async ({ log }) => {
        const [first, second] = await two(log);
        await log.publish(first, recordsOf(1, 2));
        const ends = new Map([
          [first, offset(1)],
          [second, START],
        ]);
        for (const after of [ends, new Map<Partition, Offset>()]) {
          const { result, milliseconds } = await timed(log.arrivals(after, 300));
          expect(result).toEqual([]);
          expect(milliseconds).toBeGreaterThan(250);
          expect(milliseconds).toBeLessThan(LONG_MILLISECONDS / 2);
        }
      }),
    );

    it(
      'shows a reader that follows it every entry once, while writers run',
      test(async ({ log }) => {
        const partitions = await two(log);
        const marks = new Map<Partition, Offset>(partitions.map((partition) => [partition, START]));
        const written = recordsOf(1, 40);
        const writing = (async () => {
          for (const [index, record] of written.entries()) await log.publish(partitions[index % 2 === 0 ? 0 : 1], [record]);
        })();
        const seen: LogEntry[] = [];
        while (seen.length < written.length) {
          for (const partition of await log.arrivals(marks, LONG_MILLISECONDS)) {
            const entries = await log.read(partition, marks.get(partition) ?? START, { ...PLENTY, entries: 3 });
            expect(entries.length).toBeGreaterThan(0);
            for (const entry of entries) {
              expect(entry.offset).toBe((marks.get(partition) ?? START) + 1);
              marks.set(partition, entry.offset);
              seen.push(entry);
            }
          }
        }
        await writing;
        expect(seen.map(({ event }) => event.id).sort()).toEqual(written.map(({ event }) => event.id).sort());
      }),
    );
  });
}
