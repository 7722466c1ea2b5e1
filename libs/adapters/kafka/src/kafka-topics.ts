import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type PartitionMetadata } from 'kafkajs';
import type { Epoch } from '@headwater/event-sourcing';
import { KafkaUnavailable, kafkaError, protocolType } from './errors.js';
import { clientOf, type KafkaConnection } from './kafka-connection.js';
import { TopicsUnfit, mistakesOf, type TopicDemands } from './topic-mistakes.js';
import { namesIn, topicNames } from './topic-names.js';
import { SETTINGS, configOf, type TopicSettings } from './topic-settings.js';

export interface KafkaTopicsOptions {
  readonly connection: KafkaConnection;
  readonly prefix: string;
  readonly epoch: Epoch;
}

/** What `prepare` did to a topic. */
export interface PreparedTopic {
  readonly topic: string;
  readonly outcome: 'created' | 'extended' | 'unchanged';
  readonly partitions: number;
}

const PREPARE_MILLISECONDS = 15_000;
const PREPARE_PAUSE_MILLISECONDS = 50;

/** Makes and examines the topics of one life of the log. */
export class KafkaTopics {
  readonly #connection: KafkaConnection;
  readonly #topics: readonly string[];

  constructor({ connection, prefix, epoch }: KafkaTopicsOptions) {
    this.#connection = connection;
    this.#topics = namesIn(topicNames(prefix, epoch));
  }

  /**
   * Creates the topics that are missing, and adds partitions to those that have fewer. Settings of topics that exist stay as they are:
   * operators may have changed them. Can be called again, by several at once.
   *
   * @throws KafkaUnavailable, KafkaRefused
   */
  prepare(settings: TopicSettings): Promise<readonly PreparedTopic[]> {
    return this.#asking('Preparing the topics', async (admin) => {
      const outcomes = new Map<string, PreparedTopic['outcome']>();
      const deadline = performance.now() + PREPARE_MILLISECONDS;
      // Brokers hear of what the controller did a little later, and others may do the same at the same time: hence until it is so.
      for (;;) {
        const now = await found(admin, this.#topics);
        const missing = this.#topics.filter((topic) => !now.has(topic));
        const short = this.#topics.filter((topic) => (now.get(topic)?.partitions ?? settings.partitions) < settings.partitions);
        if (missing.length === 0 && short.length === 0) return this.#topics.map((topic) => preparedOf(topic, outcomes, now));
        if (performance.now() > deadline)
          throw new KafkaUnavailable('Preparing the topics', `the brokers do not know of ${[...missing, ...short].join(', ')} yet`);
        const [uncreated, unextended] = [missing, short].map((topics) => topics.filter((topic) => !outcomes.has(topic)));
        for (const topic of await create(admin, uncreated ?? [], settings)) outcomes.set(topic, 'created');
        for (const topic of await extend(admin, unextended ?? [], settings.partitions)) outcomes.set(topic, 'extended');
        await sleep(PREPARE_PAUSE_MILLISECONDS);
      }
    });
  }

  /**
   * Examines what a service rests on. To be called at its start: publishing to a topic that is missing fails late, and one that forgets
   * looks well until somebody reads from the start.
   *
   * @throws TopicsUnfit, KafkaUnavailable, KafkaRefused
   */
  async check(demands: TopicDemands): Promise<void> {
    const mistakes = await this.#asking('Examining the topics', async (admin) => {
      const shapes = await found(admin, this.#topics);
      const settings = await settingsOf(admin, [...shapes.keys()]);
      return this.#topics.flatMap((topic) => {
        const shape = shapes.get(topic);
        if (shape === undefined) return [`Topic ${topic} does not exist. Run npm run topics.`];
        return mistakesOf({ topic, ...shape, settings: settings.get(topic) ?? new Map<string, string>() }, demands);
      });
    });
    if (mistakes.length > 0) throw new TopicsUnfit(mistakes);
  }

  /**
   * As `check`, where Kafka can be asked.
   *
   * @returns why it could not; undefined where the topics are as they should be. @throws TopicsUnfit, KafkaRefused
   */
  async checkIfReachable(demands: TopicDemands): Promise<KafkaUnavailable | undefined> {
    try {
      await this.check(demands);
      return undefined;
    } catch (error) {
      if (error instanceof KafkaUnavailable) return error;
      throw error;
    }
  }

  /** Removes the topics with all that is in them. For a life of the log that is over, and for tests. */
  delete(): Promise<void> {
    return this.#asking('Deleting the topics', async (admin) => {
      const there = [...(await found(admin, this.#topics)).keys()];
      if (there.length > 0) await admin.deleteTopics({ topics: there });
    });
  }

  async #asking<T>(what: string, ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = clientOf(this.#connection).admin();
    try {
      await admin.connect();
      return await ask(admin);
    } catch (error) {
      throw kafkaError(what, error);
    } finally {
      await admin.disconnect();
    }
  }
}

interface TopicShape {
  readonly partitions: number;
  /** Of the partition that has the fewest. */
  readonly replicas: number;
}

/** Those of the topics that exist. */
async function found(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, TopicShape>> {
  const names = new Set(await admin.listTopics());
  const there = topics.filter((topic) => names.has(topic));
  if (there.length === 0) return new Map();
  try {
    const { topics: metadata } = await admin.fetchTopicMetadata({ topics: there });
    return new Map(metadata.map(({ name, partitions }) => [name, shapeOf(partitions)]));
  } catch (error) {
    // Another broker was asked, which has not heard of it yet.
    if (protocolType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return new Map();
    throw error;
  }
}

const shapeOf = (partitions: readonly PartitionMetadata[]): TopicShape => ({
  partitions: partitions.length,
  replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
});

function preparedOf(
  topic: string,
  outcomes: ReadonlyMap<string, PreparedTopic['outcome']>,
  now: ReadonlyMap<string, TopicShape>,
): PreparedTopic {
  return { topic, outcome: outcomes.get(topic) ?? 'unchanged', partitions: now.get(topic)?.partitions ?? 0 };
}

/** @returns those that were created, and not by another one before. */
async function create(admin: Admin, topics: readonly string[], settings: TopicSettings): Promise<readonly string[]> {
  const created: string[] = [];
  for (const topic of topics) {
    // Its own waiting gives up at the first broker that has not heard of the topic.
    if (await admin.createTopics({ topics: [configOf(topic, settings)], waitForLeaders: false })) created.push(topic);
  }
  return created;
}

/** @returns those that were given partitions, and not by another one before. */
async function extend(admin: Admin, topics: readonly string[], count: number): Promise<readonly string[]> {
  const extended: string[] = [];
  for (const topic of topics) {
    try {
      await admin.createPartitions({ topicPartitions: [{ topic, count }] });
      extended.push(topic);
    } catch (error) {
      // They have as many by now, or more.
      if (protocolType(error) !== 'INVALID_PARTITIONS') throw error;
    }
  }
  return extended;
}

async function settingsOf(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  if (topics.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [...SETTINGS] })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}
