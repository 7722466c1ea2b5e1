import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  BEFORE_FIRST,
  offset,
  partition,
  recordsOf,
  revision,
  type Commit,
  type LogRecord,
  type Offset,
  type Partition,
} from '@headwater/event-sourcing';
import { InMemoryEventLog, InMemoryEventStore, commitTo, newStream, storedEvent } from '@headwater/event-sourcing/testing';
import { HeldLog } from './held-log.js';

const [P0, P1] = [partition(0), partition(1)];
const LIMIT = { entries: 1000, characters: 1e6 };

describe('A log as far as the store has it', () => {
  let store: InMemoryEventStore;
  let log: InMemoryEventLog;
  let held: HeldLog;
  /** What the store was asked. */
  let asked: string[];

  beforeEach(async () => {
    store = new InMemoryEventStore();
    log = new InMemoryEventLog(await store.epoch());
    asked = [];
    held = new HeldLog(log, {
      noted: (partitions) => {
        asked.push('noted');
        return store.noted(partitions);
      },
      holds: (entries) => {
        asked.push(`holds ${String(entries.length)}`);
        return store.holds(entries);
      },
    });
  });

  const append = async (of: Partition, count = 1): Promise<readonly Commit[]> => {
    const commits = Array.from({ length: count }, () => commitTo(newStream(), of, { base: 0 }));
    await store.append(commits);
    return commits;
  };
  const publish = (of: Partition, commits: readonly Commit[]): Promise<Offset> => log.publish(of, commits.flatMap(recordsOf));
  /** Events that the store lacks. */
  const foreign = (count = 1): readonly LogRecord[] =>
    Array.from({ length: count }, () => ({ stream: newStream(), revision: revision(1), event: storedEvent(1) }));
  const offsetsIn = async (of: Partition, after = BEFORE_FIRST): Promise<readonly number[]> =>
    (await held.read(of, after, LIMIT)).map((entry) => entry.offset);

  it('gives what the store has before it is noted, up to the first that it lacks', async () => {
    await publish(P0, await append(P0, 3));
    await log.publish(P0, foreign());
    await publish(P0, await append(P0));
    expect(await offsetsIn(P0)).toEqual([0, 1, 2]);
    expect(await offsetsIn(P0, offset(2))).toEqual([]);
    expect(await held.last(P0)).toBe(4);
  });

  it('gives nothing where another event has the place in the store (a restored store that went on)', async () => {
    const [commit] = await append(P0);
    if (commit === undefined) throw new Error('It was appended.');
    await log.publish(P0, [{ stream: commit.stream, revision: revision(1), event: storedEvent(1) }]);
    expect(await offsetsIn(P0)).toEqual([]);
  });

  it('gives what is noted without asking for it by name, where it is much', async () => {
    await log.publish(P0, foreign(80));
    await store.published(P0, [], offset(79));
    expect(await offsetsIn(P0)).toHaveLength(80);
    expect(asked).toEqual(['noted', 'holds 0']);
    await publish(P0, await append(P0, 80));
    expect(await offsetsIn(P0, offset(79))).toHaveLength(50);
    expect(asked.slice(2)).toEqual(['noted', 'holds 50']);
  });

  it('gives what is noted and cannot be found by name', async () => {
    await log.publish(P0, foreign(3));
    await store.published(P0, [], offset(1));
    expect(await offsetsIn(P0)).toEqual([0, 1]);
    await store.published(P0, [], offset(2));
    expect(await offsetsIn(P0, offset(1))).toEqual([2]);
  });

  it('says of what it withheld ever more slowly that it has arrived, and at once of what arrives elsewhere', async () => {
    await log.publish(P0, foreign());
    const after = new Map([
      [P0, BEFORE_FIRST],
      [P1, BEFORE_FIRST],
    ]);
    expect(await held.arrivals(after, 5000)).toEqual([P0]);
    let waited = 0;
    for (let times = 0; times < 8; times += 1) {
      await offsetsIn(P0);
      const began = performance.now();
      expect(await held.arrivals(after, 5000)).toEqual([P0]);
      waited = performance.now() - began;
    }
    // A timer of Node may be a millisecond early.
    expect(waited).toBeGreaterThanOrEqual(99);
    expect(await held.arrivals(after, 0)).toEqual([]);
    await publish(P1, await append(P1));
    expect(await held.arrivals(after, 5000)).toEqual([P1]);
    await store.published(P0, [], offset(0));
    expect(await offsetsIn(P0)).toEqual([0]);
    await log.publish(P0, foreign());
    expect(await held.arrivals(new Map([[P0, offset(0)]]), 0)).toEqual([P0]);
  });

  it('waits no longer than it is told where nothing comes', async () => {
    expect(await held.arrivals(new Map([[P0, BEFORE_FIRST]]), 10)).toEqual([]);
  });
});
