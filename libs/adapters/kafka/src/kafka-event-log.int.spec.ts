import { connect, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { ISocketFactory } from 'kafkajs';
import { BEFORE_FIRST, LogTrimmed, offset, partition, type Offset, type ReadLimit } from '@headwater/event-sourcing';
import { withSubject } from '@headwater/event-sourcing/testing';
import { ForeignEntry, KafkaUnavailable, PartitionUnknown, RecordTooLarge } from './errors.js';
import { clientOf } from './kafka-connection.js';
import { KafkaEventLog } from './kafka-event-log.js';
import { records } from './testing/log-records.js';
import { TEST_PREFIX, newEpoch, testConnection, testLog } from './testing/test-kafka.js';
import { until } from './testing/until.js';
import { kafkaPartition, topicNames } from './topic-names.js';

const [P0, P1, P3] = [partition(0), partition(1), partition(3)] as const;
const PLENTY: ReadLimit = { entries: 1000, characters: 100_000_000 };
const test = withSubject(() => testLog());

/** Sockets that are remembered, and count what is written to them. */
function watchedSockets(): {
  readonly socketFactory: ISocketFactory;
  readonly sockets: readonly Socket[];
  readonly requests: () => number;
} {
  let requests = 0;
  const sockets: Socket[] = [];
  const watched = (socket: Socket): Socket => {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (...args: unknown[]) => {
      requests += 1;
      return write(...args);
    };
    sockets.push(socket);
    return socket;
  };
  return {
    sockets,
    requests: () => requests,
    socketFactory: ({ host, port, onConnect }) => watched(connect({ host, port }, onConnect)),
  };
}

async function timed<T>(work: Promise<T>): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const start = performance.now();
  return { result: await work, milliseconds: performance.now() - start };
}

describe('The log on Kafka', () => {
  it('cuts what is published at once into batches that the topic takes, in order', async () => {
    const subject = await testLog({ bounds: { batchBytes: 20_000 }, settings: { maxMessageBytes: 20_000 } });
    try {
      const given = [...records(30, { characters: 5000 }), ...records(500, { characters: 1 })];
      expect(await subject.log.publish(P0, given)).toBe(529);
      expect(await subject.log.read(P0, BEFORE_FIRST, PLENTY)).toMatchObject(given);
    } finally {
      await subject.close();
    }
  });

  it('says which batch was too large, and goes on with the next', async () => {
    const subject = await testLog({ settings: { maxMessageBytes: 25_000 } });
    try {
      await expect(subject.log.publish(P0, records(1, { characters: 30_000 }))).rejects.toThrow(RecordTooLarge);
      expect(await subject.log.publish(P0, records(1))).toBe(0);
    } finally {
      await subject.close();
    }
  });

  it(
    'keeps the order of calls for one partition, and serves several at the same time',
    test(async ({ log }) => {
      const given = records(40);
      const ends = await Promise.all(given.flatMap((record) => [log.publish(P0, [record]), log.publish(P3, [record])]));
      expect(ends).toEqual(given.flatMap((_, index) => [index, index]));
      for (const at of [P0, P3]) expect(await log.read(at, BEFORE_FIRST, PLENTY)).toMatchObject(given);
    }),
  );

  it(
    'names what it cannot write to',
    test(async ({ log }) => {
      await expect(log.publish(partition(8), records(1))).rejects.toThrow(PartitionUnknown);
      await expect(log.read(partition(8), BEFORE_FIRST, PLENTY)).rejects.toThrow(PartitionUnknown);
    }),
  );

  it('is not there, without topics, and says so soon', async () => {
    const log = new KafkaEventLog({ connection: testConnection(), prefix: TEST_PREFIX, epoch: newEpoch() });
    try {
      const { result, milliseconds } = await timed(
        Promise.allSettled([log.publish(P0, records(1)), log.read(P0, BEFORE_FIRST, PLENTY), log.last(P0), log.partitions()]),
      );
      for (const outcome of result) expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'KafkaUnavailable' } });
      expect(milliseconds).toBeLessThan(3000);
    } finally {
      await log.close();
    }
  });

  it('says that Kafka is away, within a bounded time, and closes', async () => {
    const connection = testConnection({ brokers: ['127.0.0.1:9'], connectMilliseconds: 300 });
    const log = new KafkaEventLog({ connection, prefix: TEST_PREFIX, epoch: newEpoch() });
    await expect(log.publish(P0, records(1))).rejects.toThrow(KafkaUnavailable);
    await expect(log.last(P0)).rejects.toThrow(KafkaUnavailable);
    await log.close();
  });

  it('opens no more connections than it needs, however many ask at once, and leaves none open', async () => {
    const { socketFactory, sockets } = watchedSockets();
    const subject = await testLog({ connection: testConnection({ socketFactory }) });
    try {
      const ask = (): Promise<unknown> => Promise.all([subject.log.read(P0, BEFORE_FIRST, PLENTY), subject.log.last(P1)]);
      await Promise.all(Array.from({ length: 20 }, ask));
      await Promise.all(Array.from({ length: 20 }, (_, index) => subject.log.publish(partition(index % 4), records(1))));
      // To the one broker: one to write by, two to read by.
      expect(sockets.length).toBe(3);
    } finally {
      await subject.close();
    }
    await until('every connection is closed', () => sockets.every(({ destroyed }) => destroyed), 5000);
  });

  it('is closed for good', async () => {
    const subject = await testLog();
    await subject.log.publish(P0, records(1));
    const waiting = Promise.allSettled([subject.log.arrivals(new Map([[P1, BEFORE_FIRST]]), 300)]);
    await subject.close();
    expect(await waiting).toHaveLength(1);
    for (const ask of [subject.log.last(P0), subject.log.arrivals(new Map([[P1, BEFORE_FIRST]]), 300), subject.log.publish(P0, records(1))])
      await expect(ask).rejects.toThrow(KafkaUnavailable);
  });

  it('tells entries of another writer from its own', async () => {
    const subject = await testLog();
    const producer = clientOf(testConnection()).producer();
    try {
      const { topic, index } = kafkaPartition(topicNames(TEST_PREFIX, subject.epoch), P1);
      await producer.connect();
      await subject.log.publish(P1, records(1));
      await producer.send({ topic, messages: [{ partition: index, value: '{"by":"somebody else"}' }] });
      await expect(subject.log.read(P1, BEFORE_FIRST, PLENTY)).rejects.toThrow(ForeignEntry);
      expect(await subject.log.read(P1, BEFORE_FIRST, { ...PLENTY, entries: 1 })).toHaveLength(1);
    } finally {
      await producer.disconnect();
      await subject.close();
    }
  });

  it('says where it goes on when its beginning is gone, whoever asks', async () => {
    const subject = await testLog();
    const admin = clientOf(testConnection()).admin();
    try {
      const { topic, index } = kafkaPartition(topicNames(TEST_PREFIX, subject.epoch), P0);
      await subject.log.publish(P0, records(10));
      expect(await subject.log.first(P0)).toBe(0);
      await admin.connect();
      await admin.fetchTopicMetadata({ topics: [topic] });
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: index, offset: '4' }] });
      expect(await subject.log.first(P0)).toBe(4);
      await expect(subject.log.read(P0, BEFORE_FIRST, PLENTY)).rejects.toThrow(LogTrimmed);
      expect(await subject.log.arrivals(new Map([[P0, BEFORE_FIRST]]), 5000)).toEqual([P0]);
      expect((await subject.log.read(P0, offset(3), PLENTY)).map((entry) => entry.offset)).toEqual([4, 5, 6, 7, 8, 9]);
    } finally {
      await admin.disconnect();
      await subject.close();
    }
  });
});

describe('Waiting at the end of the log on Kafka', () => {
  it('brings what is read next with it: that read asks nobody', async () => {
    const { socketFactory, requests } = watchedSockets();
    const subject = await testLog({ connection: testConnection({ socketFactory }) });
    try {
      const given = records(20);
      await subject.log.publish(P0, given);
      expect(await subject.log.arrivals(new Map([[P0, BEFORE_FIRST]]), 1000)).toEqual([P0]);
      const before = requests();
      expect(before).toBeGreaterThan(0);
      const first = await subject.log.read(P0, BEFORE_FIRST, { ...PLENTY, entries: 15 });
      expect([...first, ...(await subject.log.read(P0, offset(14), PLENTY))]).toMatchObject(given);
      expect(requests()).toBe(before);
      expect(await subject.log.read(P0, offset(19), PLENTY)).toEqual([]);
      expect(requests()).toBeGreaterThan(before);
    } finally {
      await subject.close();
    }
  });

  it('reads on while what it brought is worked on: who comes back finds what came meanwhile', async () => {
    const { socketFactory, requests } = watchedSockets();
    const subject = await testLog({ connection: testConnection({ socketFactory }) });
    const writer = new KafkaEventLog({ connection: testConnection(), prefix: TEST_PREFIX, epoch: subject.epoch });
    try {
      let at: Offset = BEFORE_FIRST;
      /** Requests that it takes to be told of what came meanwhile, and to read it. */
      const requestsFor = async (): Promise<number> => {
        const last = await writer.publish(P0, records(2));
        await new Promise((resolve) => setTimeout(resolve, 150));
        const before = requests();
        expect(await subject.log.arrivals(new Map([[P0, at]]), 5000)).toEqual([P0]);
        expect(await subject.log.read(P0, at, PLENTY)).toHaveLength(2);
        at = last;
        return requests() - before;
      };
      expect(await subject.log.arrivals(new Map([[P0, at]]), 50)).toEqual([]);
      // It asks again twice a second also where nothing came, and once in a while does so just then.
      const counts = [await requestsFor(), await requestsFor(), await requestsFor()];
      expect(Math.min(...counts)).toBe(0);
    } finally {
      await writer.close();
      await subject.close();
    }
  });

  it('goes on where another reader has gone further than what it read ahead', async () => {
    const subject = await testLog({ bounds: { cachedCharacters: 1000 } });
    try {
      const last = await subject.log.publish(P0, records(50));
      expect(await subject.log.arrivals(new Map([[P0, BEFORE_FIRST]]), 5000)).toEqual([P0]);
      // More than is read ahead is here, and nobody reads it.
      const waiting = subject.log.arrivals(new Map([[P0, last]]), 10_000);
      await subject.log.publish(P0, records(1));
      expect(await waiting).toEqual([P0]);
      expect((await subject.log.read(P0, last, PLENTY)).map((entry) => entry.offset)).toEqual([last + 1]);
    } finally {
      await subject.close();
    }
  });

  it(
    'waits beyond the end too, which a log that lost its newest entries has before it',
    test(async ({ log }) => {
      const { result, milliseconds } = await timed(
        log.arrivals(
          new Map([
            [P0, offset(50)],
            [P1, BEFORE_FIRST],
          ]),
          500,
        ),
      );
      expect(result).toEqual([]);
      expect(milliseconds).toBeGreaterThan(450);
      expect(milliseconds).toBeLessThan(2000);
    }),
  );

  it(
    'finds partitions that were added meanwhile',
    test(async ({ log, topics }) => {
      expect(await log.partitions()).toEqual([0, 1, 2, 3]);
      await topics.prepare({
        partitions: 3,
        replicationFactor: 1,
        minInSyncReplicas: 1,
        maxMessageBytes: 1_000_000,
        retentionMilliseconds: -1,
      });
      const deadline = performance.now() + 10_000;
      while ((await log.partitions()).length < 6 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await log.partitions()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(await log.publish(partition(5), records(1))).toBe(0);
      expect(await log.arrivals(new Map([[partition(5), BEFORE_FIRST]]), 2000)).toEqual([5]);
    }),
  );
});
