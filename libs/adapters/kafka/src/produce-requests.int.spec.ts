import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BEFORE_FIRST, offset, partition, type LogRecord, type Partition, type ReadLimit } from '@headwater/event-sourcing';
import { KafkaUnavailable, PartitionUnknown, RecordTooLarge } from './errors.js';
import type { KafkaConnection } from './kafka-connection.js';
import { ProduceRequests } from './produce-requests.js';
import { batches, sizedMessages, type Batch } from './record-batches.js';
import { BrokerProxy, type Fate } from './testing/broker-proxy.js';
import { records } from './testing/log-records.js';
import { TEST_PREFIX, testBrokers, testConnection, testLog, type TestLog, type TestLogOptions } from './testing/test-kafka.js';
import { until } from './testing/until.js';
import { kafkaPartition, topicNames, type KafkaPartition } from './topic-names.js';

/** Two of each topic. */
const ALL = [partition(0), partition(1), partition(2), partition(3)] as const;
const [P0, P1, P2, P3] = ALL;
const PLENTY: ReadLimit = { entries: 1000, characters: 100_000_000 };

describe('Batches that are published in one turn', () => {
  let fate: () => Fate;
  let requests: number;
  let proxy: BrokerProxy;
  let connection: KafkaConnection;
  let toClose: (() => Promise<unknown>)[];

  beforeEach(async () => {
    fate = () => 'passed';
    requests = 0;
    toClose = [];
    const [broker = ''] = testBrokers();
    proxy = await BrokerProxy.start(broker, () => {
      requests += 1;
      return fate();
    });
    connection = testConnection({ socketFactory: proxy.socketFactory, requestMilliseconds: 1500 });
  });
  afterEach(async () => {
    for (const close of toClose) await close();
    await proxy.close();
  });

  const aLog = async (options: TestLogOptions = {}): Promise<TestLog> => {
    const subject = await testLog({ connection, ...options });
    toClose.push(() => subject.close());
    return subject;
  };
  const readBack = ({ log }: TestLog, of: Partition) => log.read(of, BEFORE_FIRST, PLENTY);

  it('share one request, of both topics, and each is told its own offset in its own partition', async () => {
    const subject = await aLog();
    const rounds = [1, 2].map((round) => ALL.map((to, index) => ({ to, given: records(round * (index + 1)) })));
    const publish = (round: readonly { readonly to: Partition; readonly given: readonly LogRecord[] }[]) =>
      Promise.all(round.map(({ to, given }) => subject.log.publish(to, given)));
    const [first = [], second = []] = rounds;
    expect(await publish(first)).toEqual([0, 1, 2, 3]);
    expect(await publish(second)).toEqual([2, 5, 8, 11]);
    expect(requests).toBe(2);
    for (const to of ALL) {
      const given = rounds.flat().flatMap((one) => (one.to === to ? one.given : []));
      expect(await readBack(subject, to)).toMatchObject(given);
    }
  });

  it('share them as far as their calls are cut, one after the other, and wait for those before them in their partition', async () => {
    const subject = await aLog({ bounds: { batchBytes: 4000 } });
    const [three, one, last] = [records(3, { characters: 3000 }), records(1), records(1)];
    const published = [subject.log.publish(P0, three), subject.log.publish(P3, one), subject.log.publish(P3, last)];
    expect(await Promise.all(published)).toEqual([2, 0, 1]);
    expect(requests).toBe(3);
    expect(await readBack(subject, P0)).toMatchObject(three);
    expect(await readBack(subject, P3)).toMatchObject([...one, ...last]);
  });

  it('go in further requests where they are too many bytes for one', async () => {
    connection = { ...connection, requestMilliseconds: 30_000 };
    const subject = await aLog({ settings: { partitions: 5 } });
    const all = await subject.log.partitions();
    const published = await Promise.all(all.map((to) => subject.log.publish(to, records(1, { characters: 950_000 }))));
    expect(published).toEqual(all.map(() => 0));
    expect(requests).toBe(2);
  });

  it('fail alone where they are too large, and the others are there', async () => {
    const subject = await aLog({ settings: { maxMessageBytes: 25_000 } });
    const given = records(2);
    const publish = (large: Partition) =>
      Promise.allSettled(ALL.map((to) => subject.log.publish(to, to === large ? records(1, { characters: 30_000 }) : given)));
    for (const large of [P1, P3]) {
      requests = 0;
      const outcomes = await publish(large);
      expect(requests).toBe(1 + ALL.length);
      expect(outcomes.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))).toEqual([expect.any(RecordTooLarge)]);
      expect(outcomes[large]).toMatchObject({ status: 'rejected', reason: { partition: large } });
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'rejected') continue;
        const after = offset(outcome.value - given.length);
        expect(await subject.log.read(partition(index), after, PLENTY)).toMatchObject(given);
      }
    }
  });

  it('have an unknown outcome, all of them, where the answer is lost', async () => {
    const subject = await aLog();
    fate = () => 'closed';
    for (const outcome of await Promise.allSettled(ALL.map((to) => subject.log.publish(to, records(1)))))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'KafkaUnavailable' } });
    expect(requests).toBe(1);
    fate = () => 'passed';
    expect(await Promise.all(ALL.map((to) => subject.log.publish(to, records(1))))).toEqual([1, 1, 1, 1]);
  });

  it('fail alone where their partition is unknown', async () => {
    const { log } = await aLog();
    const outcomes = await Promise.allSettled([P0, partition(8), P3].map((to) => log.publish(to, records(1))));
    expect(outcomes).toMatchObject([{ value: 0 }, { reason: { name: 'PartitionUnknown' } }, { value: 0 }]);
    expect(requests).toBe(1);
  });

  describe('given who leads their partitions', () => {
    const batchOfTwo = ({ index }: KafkaPartition): Batch => {
      const [batch] = batches(sizedMessages(records(2), index, '/test'), 1_000_000);
      if (batch === undefined) throw new Error('There is a batch.');
      return batch;
    };

    /** What sends to the partitions of a log whose leaders are as told. */
    const sender = async (leaderOf: (to: Partition) => string) => {
      const { epoch } = await aLog();
      const names = topicNames(TEST_PREFIX, epoch);
      const place = (to: Partition): KafkaPartition => kafkaPartition(names, to);
      const produce = new ProduceRequests({
        connection,
        compression: 'none',
        leaderOf: async ({ topic, index }) => {
          const to = [...ALL, partition(8)].find((one) => place(one).topic === topic && place(one).index === index);
          if (to === undefined) throw new PartitionUnknown(topic, index);
          return leaderOf(to);
        },
      });
      toClose.push(() => produce.close());
      return { produce, send: (to: Partition) => produce.send(place(to), batchOfTwo(place(to))) };
    };

    it('go to each leader in a request of its own, and none waits for another’s answer', async () => {
      const { send } = await sender((to) => (to === P1 || to === P2 ? 'hanging' : 'well'));
      expect(await Promise.all(ALL.map(send))).toEqual([1, 1, 1, 1]);
      expect(requests).toBe(2);
      fate = () => 'silent';
      const hanging = Promise.allSettled([send(P1), send(P2)]);
      let hangs = true;
      void hanging.then(() => (hangs = false));
      await until('the first request hangs', () => requests === 3);
      fate = () => 'passed';
      expect(await Promise.all([send(P0), send(P3)])).toEqual([3, 3]);
      expect(hangs).toBe(true);
      expect(await hanging).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
      expect(requests).toBe(4);
    });

    it('fail alone where the leader cannot be found', async () => {
      const { send } = await sender((to) => {
        if (to === P1) throw new KafkaUnavailable('Asking', 'nobody knows');
        return '1';
      });
      const outcomes = await Promise.allSettled([P0, P1, P2].map(send));
      expect(outcomes).toMatchObject([{ value: 1 }, { reason: { name: 'KafkaUnavailable' } }, { value: 1 }]);
      expect(requests).toBe(1);
    });

    it('fail alone where the client does not know their partition yet', async () => {
      const { send } = await sender(() => '1');
      const outcomes = await Promise.allSettled([P0, partition(8), P3].map(send));
      expect(outcomes).toMatchObject([{ value: 1 }, { reason: { name: 'PartitionUnknown', index: 4 } }, { value: 1 }]);
      expect(requests).toBe(1);
    });

    it('are not sent once it is closed, nor is anything connected for them', async () => {
      const { produce, send } = await sender(() => '1');
      const sending = send(P0);
      await produce.close();
      await expect(sending).rejects.toThrow(KafkaUnavailable);
      expect(requests).toBe(0);
    });
  });
});
