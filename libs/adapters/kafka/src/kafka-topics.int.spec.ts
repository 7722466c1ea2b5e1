import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type Admin } from 'kafkajs';
import { KafkaRefused } from './errors.js';
import { clientOf } from './kafka-connection.js';
import { KafkaTopics } from './kafka-topics.js';
import { ENVELOPE_BYTES } from './topic-mistakes.js';
import { DEFAULT_TOPIC_SETTINGS, type TopicSettings } from './topic-settings.js';
import { TEST_PREFIX, newEpoch, testConnection } from './testing/test-kafka.js';
import { topicNames } from './topic-names.js';

const SETTINGS: TopicSettings = { ...DEFAULT_TOPIC_SETTINGS, partitions: 2 };
const DEMANDS = { partitions: 2, eventMaxBytes: 900 * 1024, retentionMilliseconds: -1 };

describe('The topics of a log', () => {
  let admin: Admin;
  beforeAll(async () => {
    admin = clientOf(testConnection()).admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());

  const fresh = (): { readonly topics: KafkaTopics; readonly names: readonly string[] } => {
    const epoch = newEpoch();
    const { entity, directory } = topicNames(TEST_PREFIX, epoch);
    return { topics: new KafkaTopics({ connection: testConnection(), prefix: TEST_PREFIX, epoch }), names: [entity, directory] };
  };
  const outcomes = async (topics: KafkaTopics, settings: TopicSettings): Promise<readonly unknown[]> =>
    (await topics.prepare(settings)).map(({ outcome, partitions }) => [outcome, partitions]);
  const alter = (names: readonly string[], name: string, value: string): Promise<unknown> =>
    admin.alterConfigs({
      validateOnly: false,
      resources: names.map((topic) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: [{ name, value }],
      })),
    });

  it('are made once, and then left alone', async () => {
    const { topics } = fresh();
    try {
      expect(await outcomes(topics, SETTINGS)).toEqual([
        ['created', 2],
        ['created', 2],
      ]);
      await topics.check(DEMANDS);
      expect(await outcomes(topics, SETTINGS)).toEqual([
        ['unchanged', 2],
        ['unchanged', 2],
      ]);
      expect(await outcomes(topics, { ...SETTINGS, partitions: 1 })).toEqual([
        ['unchanged', 2],
        ['unchanged', 2],
      ]);
    } finally {
      await topics.delete();
    }
  });

  it('are given more partitions', async () => {
    const { topics } = fresh();
    try {
      await topics.prepare(SETTINGS);
      expect(await outcomes(topics, { ...SETTINGS, partitions: 5 })).toEqual([
        ['extended', 5],
        ['extended', 5],
      ]);
      await topics.check({ ...DEMANDS, partitions: 5 });
    } finally {
      await topics.delete();
    }
  });

  it('can be made by several at once', async () => {
    const { topics } = fresh();
    try {
      await Promise.all([topics.prepare(SETTINGS), topics.prepare(SETTINGS), topics.prepare({ ...SETTINGS, partitions: 4 })]);
      await topics.prepare({ ...SETTINGS, partitions: 4 });
      await topics.check({ ...DEMANDS, partitions: 4 });
    } finally {
      await topics.delete();
    }
  });

  it('cannot be copied to more brokers than there are, and that is said', async () => {
    const { topics } = fresh();
    await expect(topics.prepare({ ...SETTINGS, replicationFactor: 30 })).rejects.toThrow(KafkaRefused);
  });

  it('are missed by name, with what to run', async () => {
    const { topics, names } = fresh();
    await expect(topics.check(DEMANDS)).rejects.toMatchObject({
      name: 'TopicsUnfit',
      mistakes: names.map((name) => `Topic ${name} does not exist. Run npm run topics.`),
    });
  });

  it.each([
    ['fewer partitions than the store counts on', { partitions: 1 }, [], /has 1 partitions.* npm run topics -- --partitions 2/],
    ['messages smaller than an event', { maxMessageBytes: 900 * 1024 }, [], /max\.message\.bytes=/],
    ['compaction', {}, ['cleanup.policy', 'compact'], /cleanup\.policy=compact/],
    ['a retention that was not asked for', { retentionMilliseconds: 3_600_000 }, [], /retention\.ms=3600000/],
    ['more replicas in sync than there are', { minInSyncReplicas: 2 }, [], /fewer than 2 replicas in sync, and has 1/],
    ['a bound of bytes', {}, ['retention.bytes', '100000'], /beyond 100000 bytes/],
  ])('are refused with %s', async (_, settings, [name, value], message) => {
    const { topics, names } = fresh();
    try {
      await topics.prepare({ ...SETTINGS, ...settings });
      if (name !== undefined && value !== undefined) await alter(names, name, value);
      await expect(topics.check(DEMANDS)).rejects.toThrow(message);
    } finally {
      await topics.delete();
    }
  });

  it('may keep events longer than was asked for, and take larger ones', async () => {
    const { topics } = fresh();
    try {
      await topics.prepare({ ...SETTINGS, maxMessageBytes: DEMANDS.eventMaxBytes + ENVELOPE_BYTES, retentionMilliseconds: 7_200_000 });
      await topics.check({ ...DEMANDS, retentionMilliseconds: 3_600_000 });
      await expect(topics.check(DEMANDS)).rejects.toThrow(/retention\.ms/);
    } finally {
      await topics.delete();
    }
  });
});
