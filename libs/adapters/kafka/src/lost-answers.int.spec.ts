import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { BEFORE_FIRST, offset, partition, type LogEntry, type LogRecord, type Offset, type Partition } from '@headwater/event-sourcing';
import { KafkaUnavailable } from './errors.js';
import { clientOf, type KafkaConnection } from './kafka-connection.js';
import type { KafkaEventLog } from './kafka-event-log.js';
import { KafkaGroup } from './kafka-group.js';
import { BrokerProxy, type Fate } from './testing/broker-proxy.js';
import { records } from './testing/log-records.js';
import { until } from './testing/until.js';
import { TEST_PREFIX, testBrokers, testConnection, testLog, type TestLog } from './testing/test-kafka.js';
import { kafkaPartition, topicNames } from './topic-names.js';

const [P0, P1] = [partition(0), partition(1)] as const;
const idOf = ({ event }: LogRecord): string => event.id;

async function readAll(log: KafkaEventLog, of: Partition): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await log.read(of, entries.at(-1)?.offset ?? BEFORE_FIRST, { entries: 1000, characters: 10_000_000 });
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

/** What a relay does: what was not acknowledged is sent again, before anything else of the partition. @returns the offset acknowledged. */
async function untilAcknowledged(log: KafkaEventLog, to: Partition, batch: readonly LogRecord[]): Promise<Offset> {
  for (;;) {
    try {
      return await log.publish(to, batch);
    } catch (error) {
      if (!(error instanceof KafkaUnavailable)) throw error;
      await sleep(20);
    }
  }
}

async function arrivedAtLast(log: KafkaEventLog, after: ReadonlyMap<Partition, Offset>): Promise<readonly Partition[]> {
  for (;;) {
    try {
      const arrived = await log.arrivals(after, 500);
      if (arrived.length > 0) return arrived;
    } catch (error) {
      if (!(error instanceof KafkaUnavailable)) throw error;
      await sleep(100);
    }
  }
}

describe('A log whose broker’s answers get lost', () => {
  let fate: () => Fate;
  let proxy: BrokerProxy;
  let subject: TestLog;
  let connection: KafkaConnection;

  beforeEach(async () => {
    fate = () => 'passed';
    const [broker = ''] = testBrokers();
    proxy = await BrokerProxy.start(broker, () => fate());
    connection = testConnection({ socketFactory: proxy.socketFactory, requestMilliseconds: 1500 });
    subject = await testLog({ connection });
  });
  afterEach(async () => {
    await subject.close();
    await proxy.close();
  });

  const nth = (what: Fate, ...times: readonly number[]): (() => Fate) => {
    let count = 0;
    return () => (times.includes((count += 1)) ? what : 'passed');
  };

  /** Publishes batches one after the other, and compares the log with what was acknowledged. */
  const publishAndAudit = async (to: Partition, batchesOf: readonly (readonly LogRecord[])[]): Promise<void> => {
    const acknowledged = new Map<Offset, string>();
    for (const batch of batchesOf) {
      const last = await untilAcknowledged(subject.log, to, batch);
      for (const [index, record] of batch.entries()) acknowledged.set(offset(last - batch.length + 1 + index), idOf(record));
    }
    const entries = await readAll(subject.log, to);
    expect(entries.map((entry) => entry.offset)).toEqual(entries.map((_, index) => index));
    for (const [at, id] of acknowledged) expect(entries[at]?.event.id).toBe(id);
    const firstAppearances = [...new Set(entries.map(idOf))];
    expect(firstAppearances).toEqual(batchesOf.flat().map(idOf));
  };

  const twelveBatches = (): readonly (readonly LogRecord[])[] => Array.from({ length: 12 }, () => records(3));

  it('holds everything that was acknowledged where it was said to be, in order of first appearance', async () => {
    fate = nth('closed', 1, 2, 4, 7, 8, 9, 11);
    await publishAndAudit(P0, twelveBatches());
    expect(proxy.lost).toBe(7);
    expect((await readAll(subject.log, P0)).length).toBe(12 * 3 + 7 * 3);
  });

  it('does so where the connection stays and nothing comes', async () => {
    fate = nth('silent', 2, 3, 6);
    await publishAndAudit(P0, twelveBatches());
    expect(proxy.lost).toBe(3);
  });

  it('does so in two partitions that share a connection', async () => {
    fate = () => (Math.random() < 0.3 ? 'closed' : 'passed');
    await Promise.all([publishAndAudit(P0, twelveBatches()), publishAndAudit(P1, twelveBatches())]);
    expect(proxy.lost).toBeGreaterThan(0);
  });

  it('stops at the first batch of a call whose answer is lost', async () => {
    const cut = await testLog({ connection, bounds: { batchBytes: 4000 } });
    try {
      const given = records(6, { characters: 3000 });
      fate = nth('closed', 3);
      await expect(cut.log.publish(P0, given)).rejects.toThrow(KafkaUnavailable);
      await sleep(300);
      expect((await readAll(cut.log, P0)).map(idOf)).toEqual(given.slice(0, 3).map(idOf));
    } finally {
      await cut.close();
    }
  });

  it('goes on by itself once the broker can be reached again: publishing, reading, waiting, and its group', async () => {
    const group = KafkaGroup.join({ connection, prefix: TEST_PREFIX, epoch: subject.epoch, names: ['all'] });
    const assignments: number[] = [];
    group.onAssigned(() => assignments.push(group.assigned.length));
    try {
      await until('the group is joined', () => group.assigned.length === 4);
      const [before, during] = [records(3), records(3)];
      await subject.log.publish(P0, before);
      expect(await readAll(subject.log, P0)).toHaveLength(3);
      const ends = new Map([[P0, offset(2)]]);
      const arriving = arrivedAtLast(subject.log, ends);
      proxy.break();
      const publishing = untilAcknowledged(subject.log, P0, during);
      await expect(subject.log.last(P0)).rejects.toThrow(KafkaUnavailable);
      await until('the member knows that it is none', () => group.assigned.length === 0);
      proxy.mend();
      expect(await publishing).toBeGreaterThanOrEqual(5);
      expect(await arriving).toEqual([P0]);
      expect([...new Set((await readAll(subject.log, P0)).map(idOf))]).toEqual([...before, ...during].map(idOf));
      await until('the group is joined again', () => group.assigned.length === 4);
      expect(assignments).toEqual([4, 0, 4]);
    } finally {
      await group.leave();
    }
  });

  it('would lose messages with an idempotent producer of the same client, and say that they are there', async () => {
    const { topic, index } = kafkaPartition(topicNames(TEST_PREFIX, subject.epoch), P0);
    const producer = clientOf(connection).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries: 1, initialRetryTime: 50 },
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    try {
      const send = (value: string): Promise<unknown> => producer.send({ topic, messages: [{ partition: index, value }] });
      await send('A');
      fate = () => 'closed';
      await expect(send('B')).rejects.toThrow();
      fate = () => 'passed';
      await send('C');
    } finally {
      await producer.disconnect();
    }
    // Two messages were acknowledged, A and C; the one that stands there beside A is B.
    expect(await subject.log.last(P0)).toBe(1);
  });
});
