import { setTimeout as sleep } from 'node:timers/promises';
import Cluster, { type FetchedTopic, type FetchingBroker } from 'kafkajs/src/cluster/index.js';
import { KafkaUnavailable, PartitionUnknown, isPassing, kafkaError, protocolType } from './errors.js';
import { METADATA_MILLISECONDS, clientConfig, clientOf, type KafkaConnection } from './kafka-connection.js';
import type { KafkaPartition } from './topic-names.js';

/** A message as it lies in its partition. */
export interface FetchedEntry {
  readonly offset: number;
  /** Undefined where it has no value. */
  readonly text: string | undefined;
}

export interface FetchFrom extends KafkaPartition {
  readonly offset: number;
  /** Of the answer, for this partition; one batch of messages is given whatever its size. */
  readonly maxBytes: number;
}

export interface Fetched extends KafkaPartition {
  /** The offset that was asked for. */
  readonly from: number;
  /** In order of offset, none before the one asked for. */
  readonly entries: readonly FetchedEntry[];
}

export interface FetchWait {
  /** How long the broker waits for something to come, where there is nothing. */
  readonly milliseconds: number;
  /** Of the whole answer. */
  readonly maxBytes: number;
}

/** Nothing here is written in transactions; what is there is there. */
const READ_UNCOMMITTED = 0;
const TRIES = 4;
const FIRST_PAUSE_MILLISECONDS = 100;

/**
 * Reads partitions of topics from any offset, without a consumer group: all use of kafkajs that is not its public API
 * (docs/adr/0014-kafka-is-read-by-fetch.md). It has connections of its own, as a broker answers the fetches of one connection in turn.
 */
export class TopicReader {
  readonly #cluster: Cluster;
  readonly #topics: readonly string[];
  #connected: Promise<void> | undefined;
  /** The brokers did not do what their description promised: it is asked for again first. */
  #stale = false;
  #closed = false;

  constructor(connection: KafkaConnection, topics: readonly string[]) {
    this.#topics = topics;
    this.#cluster = new Cluster({
      ...clientConfig(connection),
      logger: clientOf(connection).logger(),
      enforceRequestTimeout: true,
      metadataMaxAge: METADATA_MILLISECONDS,
      allowAutoTopicCreation: false,
      isolationLevel: READ_UNCOMMITTED,
    });
  }

  /** What one partition has from an offset on, and where that is nothing, nothing. Tries again where brokers come and go. */
  async fetch(from: FetchFrom): Promise<Fetched> {
    return this.#trying(`Reading ${from.topic}`, async () => {
      const broker = await this.#brokerOf(this.#leaderOf(from));
      const [fetched] = await fetchFrom(broker, [from], { milliseconds: 0, maxBytes: from.maxBytes });
      return fetched ?? { ...from, from: from.offset, entries: [] };
    });
  }

  /** The broker that answers for a partition now. Nobody is asked as long as what is known is fresh; one try otherwise. @throws PartitionUnknown */
  async leaderOf(partition: KafkaPartition): Promise<string> {
    await this.#ready();
    return this.#leaderOf(partition);
  }

  /** The partitions by the broker that answers for them now. @throws PartitionUnknown */
  async byBroker(partitions: readonly FetchFrom[]): Promise<ReadonlyMap<string, readonly FetchFrom[]>> {
    await this.#ready();
    return Map.groupBy(partitions, (one) => this.#leaderOf(one));
  }

  /**
   * What those of one broker have, as soon as one of them has anything. One try: where it fails, the brokers are looked up anew the next time.
   *
   * @throws KafkaJSOffsetOutOfRange
   */
  async waitAt(nodeId: string, partitions: readonly FetchFrom[], wait: FetchWait): Promise<readonly Fetched[]> {
    try {
      return await fetchFrom(await this.#brokerOf(nodeId), partitions, wait);
    } catch (error) {
      this.#stale = true;
      throw error;
    }
  }

  /** The offset of the first message, or the one after the last. Both are 0 in an empty partition that was never trimmed. */
  async offsetOf(end: 'first' | 'next', partition: KafkaPartition): Promise<number> {
    return this.#trying(`Asking ${partition.topic} for its offsets`, async () => {
      this.#leaderOf(partition);
      const { topic, index } = partition;
      const found = await this.#cluster.fetchTopicsOffset([{ topic, partitions: [{ partition: index }], fromBeginning: end === 'first' }]);
      const at = found.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === index);
      if (at === undefined) throw new PartitionUnknown(topic, index);
      return Number(at.offset);
    });
  }

  /** How many partitions a topic has. */
  async partitionsOf(topic: string): Promise<number> {
    return this.#trying(`Asking for the partitions of ${topic}`, async () => this.#cluster.findTopicPartitionMetadata(topic).length);
  }

  /** Nothing is asked any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#cluster.disconnect();
  }

  /** Connected to. */
  async #brokerOf(nodeId: string): Promise<FetchingBroker> {
    const broker = await this.#cluster.findBroker({ nodeId });
    if (this.#closed) await this.#disconnectAgain();
    return broker;
  }

  /** What was connected to while it was closed, nobody else knows of. @throws KafkaUnavailable */
  async #disconnectAgain(): Promise<never> {
    await this.#cluster.disconnect();
    throw closed();
  }

  #leaderOf({ topic, index }: KafkaPartition): string {
    const [nodeId] = Object.keys(this.#cluster.findLeaderForPartitions(topic, [index]));
    if (nodeId === undefined) {
      this.#stale = true;
      throw new PartitionUnknown(topic, index);
    }
    return nodeId;
  }

  async #ready(): Promise<void> {
    // The client would connect again.
    if (this.#closed) throw closed();
    const connecting = (this.#connected ??= this.#connect());
    try {
      await connecting;
    } catch (error) {
      if (this.#connected === connecting) this.#connected = undefined;
      throw error;
    }
    if (this.#stale) {
      await this.#cluster.refreshMetadata();
      this.#stale = false;
    } else {
      await this.#cluster.refreshMetadataIfNecessary();
    }
  }

  async #connect(): Promise<void> {
    await this.#cluster.connect();
    if (this.#closed) await this.#disconnectAgain();
    await this.#cluster.addMultipleTargetTopics(this.#topics);
  }

  async #trying<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#ready();
        return await work();
      } catch (error) {
        // The caller decides what an offset that is not there means; that a topic is missing is not going to change by itself.
        if (protocolType(error) === 'OFFSET_OUT_OF_RANGE') throw error;
        if (tries === TRIES || !isPassing(error) || protocolType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') throw kafkaError(what, error);
        this.#stale = true;
        await sleep(FIRST_PAUSE_MILLISECONDS * 2 ** (tries - 1));
      }
    }
  }
}

async function fetchFrom(broker: FetchingBroker, partitions: readonly FetchFrom[], wait: FetchWait): Promise<readonly Fetched[]> {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
  const { responses } = await broker.fetch({
    isolationLevel: READ_UNCOMMITTED,
    maxWaitTime: wait.milliseconds,
    minBytes: 1,
    maxBytes: wait.maxBytes,
    topics: [...byTopic].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ index, offset, maxBytes }) => ({ partition: index, fetchOffset: String(offset), maxBytes })),
    })),
    rackId: '',
  });
  const asked = new Map(partitions.map((one) => [keyOf(one), one.offset]));
  return responses.flatMap((topic) => fetchedOf(topic, asked));
}

function fetchedOf({ topicName: topic, partitions }: FetchedTopic, asked: ReadonlyMap<string, number>): readonly Fetched[] {
  return partitions.map(({ partition: index, messages }) => {
    // A batch comes whole: it may begin before the offset that was asked for.
    const from = asked.get(keyOf({ topic, index })) ?? 0;
    const entries = messages
      .map(({ offset, value }) => ({ offset: Number(offset), text: value?.toString('utf8') }))
      .filter(({ offset }) => offset >= from);
    return { topic, index, from, entries };
  });
}

const closed = (): KafkaUnavailable => new KafkaUnavailable('Asking for the log', 'it was closed');

const keyOf = ({ topic, index }: KafkaPartition): string => `${topic}/${String(index)}`;
