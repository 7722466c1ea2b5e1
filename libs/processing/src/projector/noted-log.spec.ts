import { beforeEach, describe, expect, it } from '@jest/globals';
import { BEFORE_FIRST, offset, partition, revision, type LogRecord, type Partition } from '@headwater/event-sourcing';
import { InMemoryEventLog, InMemoryEventStore, newStream, storedEvent } from '@headwater/event-sourcing/testing';
import { NotedLog } from './noted-log.js';

const [P0, P1] = [partition(0), partition(1)];
const LIMIT = { entries: 10, characters: 1e6 };

describe('A log as far as it is noted', () => {
  let store: InMemoryEventStore;
  let log: InMemoryEventLog;
  let noted: NotedLog;

  beforeEach(async () => {
    store = new InMemoryEventStore();
    log = new InMemoryEventLog(await store.epoch());
    noted = new NotedLog(log, store);
  });

  const records = (count: number): readonly LogRecord[] =>
    Array.from({ length: count }, () => ({ stream: newStream(), revision: revision(1), event: storedEvent(1) }));
  const offsetsIn = async (of: Partition): Promise<readonly number[]> =>
    (await noted.read(of, BEFORE_FIRST, LIMIT)).map((entry) => entry.offset);

  it('gives nothing that the store has not noted, and all of it once it has', async () => {
    await log.publish(P0, records(3));
    expect(await offsetsIn(P0)).toEqual([]);
    await store.published(P0, [], offset(1));
    expect(await offsetsIn(P0)).toEqual([0, 1]);
    await store.published(P0, [], offset(2));
    expect(await offsetsIn(P0)).toEqual([0, 1, 2]);
    expect(await noted.last(P0)).toBe(2);
  });

  it('says of what arrives when it is noted, also where another partition never is', async () => {
    const after = new Map([
      [P0, BEFORE_FIRST],
      [P1, BEFORE_FIRST],
    ]);
    await log.publish(P0, records(1));
    expect(await noted.arrivals(after, 20)).toEqual([]);
    const waited = noted.arrivals(after, 5000);
    await log.publish(P1, records(1));
    await store.published(P1, [], offset(0));
    expect(await waited).toEqual([P1]);
  });

  it('asks no more than once for what arrives in several partitions and is read from them', async () => {
    for (const of of [P0, P1]) {
      await log.publish(of, records(2));
      await store.published(of, [], offset(1));
    }
    let asked = 0;
    const counting = new NotedLog(log, {
      noted: (partitions) => {
        asked += 1;
        return store.noted(partitions);
      },
    });
    const after = new Map([P0, P1].map((of) => [of, BEFORE_FIRST]));
    expect(await counting.arrivals(after, 1000)).toEqual([P0, P1]);
    for (const of of [P0, P1]) expect(await counting.read(of, BEFORE_FIRST, LIMIT)).toHaveLength(2);
    expect(asked).toBe(1);
    await log.publish(P0, records(1));
    await store.published(P0, [], offset(2));
    expect(await counting.read(P0, offset(1), LIMIT)).toHaveLength(1);
    expect(asked).toBe(2);
  });

  it('waits no longer than it is told where nothing comes', async () => {
    expect(await noted.arrivals(new Map([[P0, BEFORE_FIRST]]), 10)).toEqual([]);
  });
});
