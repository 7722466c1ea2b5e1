import { randomBytes } from 'node:crypto';
import { epoch, type Epoch } from '@headwater/event-sourcing';
import type { KafkaConnection } from '../kafka-connection.js';
import { KafkaEventLog, type KafkaEventLogOptions } from '../kafka-event-log.js';
import { KafkaTopics } from '../kafka-topics.js';
import { DEFAULT_TOPIC_SETTINGS, type TopicSettings } from '../topic-settings.js';

/** Topics of this test run are told from others' by it. */
export const TEST_PREFIX = 'headwater-test';

/** The brokers that the tests run against. A suite that needs them fails where there are none: `npm test` starts them. */
export function testBrokers(): readonly string[] {
  const brokers = process.env['HEADWATER_KAFKA_BROKERS'];
  if (brokers === undefined || brokers === '') throw new Error('HEADWATER_KAFKA_BROKERS names no Kafka to test with: run npm test.');
  return brokers.split(',');
}

export const testConnection = (more: Partial<KafkaConnection> = {}): KafkaConnection => ({
  brokers: testBrokers(),
  clientId: 'headwater-test',
  ...more,
});

export const newEpoch = (): Epoch => epoch(randomBytes(8).toString('hex'));

export interface TestLog {
  readonly log: KafkaEventLog;
  readonly topics: KafkaTopics;
  readonly epoch: Epoch;
  /** Closes the log and removes its topics. */
  close(): Promise<void>;
}

export interface TestLogOptions extends Partial<Omit<KafkaEventLogOptions, 'epoch'>> {
  readonly epoch?: Epoch;
  readonly settings?: Partial<TopicSettings>;
}

/** A log on topics of its own; two partitions of each unless told otherwise. */
export async function testLog({ settings, ...options }: TestLogOptions = {}): Promise<TestLog> {
  const given = { connection: testConnection(), prefix: TEST_PREFIX, epoch: newEpoch(), ...options };
  const topics = new KafkaTopics({ ...given, connection: testConnection() });
  await topics.prepare({ ...DEFAULT_TOPIC_SETTINGS, partitions: 2, ...settings });
  const log = new KafkaEventLog(given);
  return {
    log,
    topics,
    epoch: given.epoch,
    close: async () => {
      await log.close();
      await topics.delete();
    },
  };
}
