import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { topicOf, topicPartition } from '@headwater/event-contracts';
import { partition, type StreamName } from '@headwater/event-sourcing';
import { commitTo, newStream, withSubject } from '@headwater/event-sourcing/testing';
import { DatabaseNotPrepared, PartitionsOnlyGrow } from '../errors.js';
import { testDatabase } from '../testing/database.js';
import { testEventStore } from '../testing/event-store.js';
import { openMongoEventStore, type MongoEventStore } from './mongo-event-store.js';

const test = withSubject(() => testEventStore({ bounds: { partitionsMilliseconds: 200 } }));

const STREAMS: readonly StreamName[] = Array.from({ length: 200 }, (_, index) => newStream(index % 2 === 0 ? 'entity/org/project' : 'org'));

/** The partitions of its topic that new streams are given. */
const indexes = async (store: MongoEventStore): Promise<ReadonlySet<number>> =>
  new Set(await Promise.all(STREAMS.map(async (stream) => topicPartition(await store.partitionFor(stream)).index)));

describe('The partitions of the log', () => {
  it(
    'are those of two topics: entities in one, everything else in the other',
    test(async ({ store }) => {
      for (const stream of STREAMS) expect(topicPartition(await store.partitionFor(stream)).topic).toBe(topicOf(stream));
      expect(await indexes(store)).toEqual(new Set([0, 1, 2]));
    }),
  );

  it(
    'can be added while others write: soon every store gives them to new streams, and streams that exist keep theirs',
    test(async ({ store, database }) => {
      const other = await openMongoEventStore(await database.connect(), { bounds: { partitionsMilliseconds: 200 } });
      const stream = newStream();
      await other.append([commitTo(stream, partition(4), { base: 0 })]);
      expect(await indexes(other)).toEqual(new Set([0, 1, 2]));
      await store.addPartitions(5);
      expect(await store.partitions()).toBe(5);
      expect(await indexes(store)).toEqual(new Set([0, 1, 2, 3, 4]));
      await wait(250);
      expect(await indexes(other)).toEqual(new Set([0, 1, 2, 3, 4]));
      expect((await other.newest([stream]))[0]?.partition).toBe(4);
    }),
  );

  it(
    'are never taken away',
    test(async ({ store }) => {
      await store.addPartitions(3);
      await expect(store.addPartitions(2)).rejects.toThrow(PartitionsOnlyGrow);
      await expect(store.addPartitions(2.5)).rejects.toThrow(RangeError);
      expect(await store.partitions()).toBe(3);
    }),
  );
});

describe('A store', () => {
  it(
    'opens on a database that was prepared, and says what to do with another one',
    withSubject(() => testDatabase({ partitions: 0 }))(async ({ database }) => {
      await expect(openMongoEventStore(database)).rejects.toThrow(DatabaseNotPrepared);
    }),
  );
});
