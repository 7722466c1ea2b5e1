import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import type { Epoch } from '@headwater/event-sourcing';
import { KafkaUnavailable, kafkaError, protocolType } from './errors.js';
import { clientOf, type KafkaConnection } from './kafka-connection.js';
import { namesIn, topicNames } from './topic-names.js';

/** How the topics of a log are made. */
export interface TopicSettings {
  /** Of each of the two topics. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInSyncReplicas: number;
  readonly maxMessageBytes: number;
  /** -1, the default: for ever. Readers that begin anew need all of it; a trimmed log ends with a re-log. */
  readonly retentionMilliseconds: number;
}

export const DEFAULT_TOPIC_SETTINGS: Omit<TopicSettings, 'partitions'> = {
  replicationFactor: 1,
  minInSyncReplicas: 1,
  // Kafka's own default, said so that a broker with another one changes nothing.
  maxMessageBytes: 1_048_588,
  retentionMilliseconds: -1,
};

/**
 * What a message has, at most, beside what counts towards `HEADWATER_EVENT_MAX_BYTES`: headers, escapes in the name of its stream, and its
 * batch's own bytes.
 */
export const ENVELOPE_BYTES = 64 * 1024;

export interface TopicDemands {
  /** How many partitions of each topic the event store counts on. */
  readonly partitions: number;
  /** Bytes of the largest event (`HEADWATER_EVENT_MAX_BYTES`). */
  readonly eventMaxBytes: number;
  readonly retentionMilliseconds: number;
}

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

/** The topics are not as this service needs them. Says everything that is wrong, and what to run. */
export class TopicsUnfit extends Error {
  override readonly name = 'TopicsUnfit';
  constructor(readonly mistakes: readonly string[]) {
    super(`The topics of the log are not as they must be:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
  }
}

interface FoundTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly settings: ReadonlyMap<string, string>;
}

const SETTINGS = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'max.message.bytes', 'min.insync.replicas'] as const;

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
        const short = this.#topics.filter((topic) => (now.get(topic) ?? settings.partitions) < settings.partitions);
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
    const topics = await this.#asking('Examining the topics', async (admin) => {
      const partitions = await found(admin, this.#topics);
      const settings =
        partitions.size === 0 ? new Map<string, ReadonlyMap<string, string>>() : await settingsOf(admin, [...partitions.keys()]);
      return [...partitions].map(([topic, count]) => ({
        topic,
        partitions: count,
        settings: settings.get(topic) ?? new Map<string, string>(),
      }));
    });
    const known = new Map(topics.map((topic) => [topic.topic, topic]));
    const mistakes = this.#topics.flatMap((name) => {
      const topic = known.get(name);
      return topic === undefined ? [`Topic ${name} does not exist. Run npm run topics.`] : mistakesOf(topic, demands);
    });
    if (mistakes.length > 0) throw new TopicsUnfit(mistakes);
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

/** Those of the topics that exist, with how many partitions they have. */
async function found(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const names = new Set(await admin.listTopics());
  const there = topics.filter((topic) => names.has(topic));
  if (there.length === 0) return new Map();
  try {
    const { topics: metadata } = await admin.fetchTopicMetadata({ topics: there });
    return new Map(metadata.map(({ name, partitions }) => [name, partitions.length]));
  } catch (error) {
    // Another broker was asked, which has not heard of it yet.
    if (protocolType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return new Map();
    throw error;
  }
}

function preparedOf(
  topic: string,
  outcomes: ReadonlyMap<string, PreparedTopic['outcome']>,
  now: ReadonlyMap<string, number>,
): PreparedTopic {
  return { topic, outcome: outcomes.get(topic) ?? 'unchanged', partitions: now.get(topic) ?? 0 };
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

function configOf(topic: string, settings: TopicSettings): ITopicConfig {
  const entries: Readonly<Record<(typeof SETTINGS)[number], number | string>> = {
    'cleanup.policy': 'delete',
    'retention.ms': settings.retentionMilliseconds,
    'retention.bytes': -1,
    'max.message.bytes': settings.maxMessageBytes,
    'min.insync.replicas': settings.minInSyncReplicas,
  };
  return {
    topic,
    numPartitions: settings.partitions,
    replicationFactor: settings.replicationFactor,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value: String(value) })),
  };
}

async function settingsOf(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
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

function mistakesOf({ topic, partitions, settings }: FoundTopic, demands: TopicDemands): readonly string[] {
  const change = (name: string, value: string | number): string =>
    `Set it: kafka-configs --alter --topic ${topic} --add-config ${name}=${String(value)}.`;
  const number = (name: (typeof SETTINGS)[number]): number => Number(settings.get(name) ?? NaN);
  const needed = demands.eventMaxBytes + ENVELOPE_BYTES;
  const wanted = demands.retentionMilliseconds;
  const kept = number('retention.ms');
  const mistakes: string[] = [];
  if (partitions < demands.partitions)
    mistakes.push(
      `Topic ${topic} has ${String(partitions)} partitions, and the event store counts on ${String(demands.partitions)}. ` +
        `Run npm run topics -- --partitions ${String(demands.partitions)}.`,
    );
  if (!(number('max.message.bytes') >= needed))
    mistakes.push(
      `Topic ${topic} takes messages of ${settings.get('max.message.bytes') ?? 'unknown'} bytes, and an event may need ${String(needed)} ` +
        `(HEADWATER_EVENT_MAX_BYTES and its envelope). ${change('max.message.bytes', needed)}`,
    );
  if (settings.get('cleanup.policy') !== 'delete')
    mistakes.push(
      `Topic ${topic} has cleanup.policy=${settings.get('cleanup.policy') ?? 'unknown'}, which drops events that readers need. ${change('cleanup.policy', 'delete')}`,
    );
  if (!(kept === -1 || (wanted !== -1 && kept >= wanted)))
    mistakes.push(
      `Topic ${topic} has retention.ms=${settings.get('retention.ms') ?? 'unknown'}, and ${String(wanted)} is expected. ${change('retention.ms', wanted)}`,
    );
  if (number('retention.bytes') !== -1)
    mistakes.push(
      `Topic ${topic} forgets events beyond ${settings.get('retention.bytes') ?? 'unknown'} bytes. ${change('retention.bytes', -1)}`,
    );
  return mistakes;
}
