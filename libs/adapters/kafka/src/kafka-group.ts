import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer } from 'kafkajs';
import { TOPICS, logPartition } from '@headwater/event-contracts';
import type { Epoch, GroupMember, Offset, Partition } from '@headwater/event-sourcing';
import type { KafkaObserver } from './client-log.js';
import { METADATA_MILLISECONDS, RETRY, clientOf, type KafkaConnection } from './kafka-connection.js';
import { kafkaPartition, namesIn, topicNames, type TopicNames } from './topic-names.js';

export interface KafkaGroupOptions {
  readonly connection: KafkaConnection;
  readonly prefix: string;
  readonly epoch: Epoch;
  /** What the members do with the partitions, in any order: only members that do the same share them. */
  readonly names: readonly string[];
  readonly times?: Partial<KafkaGroupTimes>;
}

/** In milliseconds. Together they bound how long a partition is nobody's. */
export interface KafkaGroupTimes {
  /** Without a sign of life for so long, a member is taken for dead, by the others and by itself. */
  readonly session: number;
  readonly heartbeat: number;
  /** How often a member looks whether a heartbeat is due. */
  readonly turn: number;
  /** How long the others wait for a member that does not take part in sharing anew. */
  readonly rebalance: number;
  /** Between a membership that failed and the next one, at most; it begins with a tenth of it. */
  readonly rejoin: number;
  /** How long leaving may take. */
  readonly leave: number;
}

export const DEFAULT_GROUP_TIMES: KafkaGroupTimes = {
  session: 6000,
  heartbeat: 1500,
  turn: 200,
  rebalance: 6000,
  rejoin: 2000,
  leave: 5000,
};

/** `{prefix}.{epoch}.projector.{names}` */
export const groupId = (prefix: string, epoch: Epoch, names: readonly string[]): string =>
  `${prefix}.${epoch}.projector.${[...names].sort().join('-')}`;

/**
 * A member of a consumer group that agrees with the others on who takes which partition, and never fetches (docs/adr/0014-kafka-is-read-by-fetch.md).
 * It joins in the background, and again whenever it fell out, until it is told to leave.
 */
export class KafkaGroup implements GroupMember {
  readonly #options: KafkaGroupOptions;
  readonly #times: KafkaGroupTimes;
  readonly #topics: TopicNames;
  readonly #observe: KafkaObserver;
  readonly #listeners = new Set<() => void>();
  readonly #leaving = new AbortController();
  readonly #life: Promise<void>;
  #consumer: Consumer | undefined;
  /** What the group gave this member last, and whether it is a member still, as far as it knows. */
  #given: readonly Partition[] = [];
  #alive = false;
  #assigned: readonly Partition[] = [];
  #silence: NodeJS.Timeout | undefined;
  #reporting = false;

  private constructor(options: KafkaGroupOptions) {
    this.#options = options;
    this.#times = { ...DEFAULT_GROUP_TIMES, ...options.times };
    this.#topics = topicNames(options.prefix, options.epoch);
    this.#observe = options.connection.observe ?? (() => undefined);
    this.#life = this.#live();
  }

  /** Begins to join. Kafka may be away meanwhile. */
  static join(options: KafkaGroupOptions): KafkaGroup {
    return new KafkaGroup(options);
  }

  get assigned(): readonly Partition[] {
    return this.#assigned;
  }

  onAssigned(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Commits the watermarks of partitions that are this member's. While a report is under way, another one is left out: a later one says more. */
  async report(watermarks: ReadonlyMap<Partition, Offset>): Promise<void> {
    const consumer = this.#consumer;
    const offsets = this.#assigned.flatMap((partition) => {
      const watermark = watermarks.get(partition);
      if (watermark === undefined) return [];
      const { topic, index } = kafkaPartition(this.#topics, partition);
      // Kafka's offset of a group is the one that is next.
      return [{ topic, partition: index, offset: String(watermark + 1) }];
    });
    if (consumer === undefined || offsets.length === 0 || this.#reporting) return;
    this.#reporting = true;
    try {
      await consumer.commitOffsets(offsets);
    } catch (error) {
      // A member that is just being given other partitions may not commit; the next report is soon.
      this.#tell('info', 'Watermarks were not reported', error);
    } finally {
      this.#reporting = false;
    }
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await Promise.race([this.#life, sleep(this.#times.leave, undefined, { ref: false })]);
    this.#fallOut();
    this.#listeners.clear();
  }

  /** One membership after the other. */
  async #live(): Promise<void> {
    const { signal } = this.#leaving;
    let pause = this.#times.rejoin / 10;
    while (!signal.aborted) {
      const joined = await this.#beMember(signal);
      this.#fallOut();
      pause = joined ? this.#times.rejoin / 10 : Math.min(pause * 2, this.#times.rejoin);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Is a member until it is told to leave or falls out. kafkajs restarts no consumer itself: a new one knows nothing of the old one's state. */
  async #beMember(signal: AbortSignal): Promise<boolean> {
    const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
    const stop = (): void => end(undefined);
    signal.addEventListener('abort', stop, { once: true });
    const consumer = this.#newConsumer();
    let joined = false;
    const topics = namesIn(this.#topics);
    const pauseAll = (): void => consumer.pause(topics.map((topic) => ({ topic })));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      joined = true;
      this.#given = this.#partitionsOf(payload.memberAssignment);
      this.#signOfLife();
    });
    consumer.on(consumer.events.HEARTBEAT, () => this.#signOfLife());
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#tell('warn', 'The membership ended, joining again', payload.error);
      stop();
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      const running = consumer.run({ autoCommit: false, eachBatch: async () => undefined });
      // It has not joined yet, so nothing is ever fetched.
      pauseAll();
      // Also where it is to leave: a consumer that is stopped while it joins stays a member that nobody knows of.
      await running;
      this.#consumer = consumer;
      await over;
    } catch (error) {
      this.#tell('warn', 'Joining the group failed, trying again', error);
    } finally {
      signal.removeEventListener('abort', stop);
      this.#consumer = undefined;
      await consumer.disconnect().catch((error: unknown) => this.#tell('info', 'Leaving the group failed', error));
    }
    return joined;
  }

  #newConsumer(): Consumer {
    const { connection, prefix, epoch, names } = this.#options;
    const { session, heartbeat, rebalance, turn } = this.#times;
    return clientOf(connection).consumer({
      groupId: groupId(prefix, epoch, names),
      sessionTimeout: session,
      heartbeatInterval: heartbeat,
      rebalanceTimeout: rebalance,
      // With everything paused it is how long a turn of the consumer's loop takes, after which it looks whether a heartbeat is due.
      maxWaitTimeInMs: turn,
      metadataMaxAge: METADATA_MILLISECONDS,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, restartOnFailure: async () => false },
    });
  }

  #partitionsOf(assignment: Readonly<Record<string, readonly number[]>>): readonly Partition[] {
    return TOPICS.flatMap((topic) => (assignment[this.#topics[topic]] ?? []).map((index) => logPartition({ topic, index }))).sort(
      (a, b) => a - b,
    );
  }

  #signOfLife(): void {
    clearTimeout(this.#silence);
    // A process that was stopped for a while finds this due before anything else: it learns that it may have lost its partitions.
    this.#silence = setTimeout(() => this.#fallOut(), this.#times.session).unref();
    this.#alive = true;
    this.#assign();
  }

  #fallOut(): void {
    clearTimeout(this.#silence);
    this.#alive = false;
    this.#assign();
  }

  #assign(): void {
    const now = this.#alive && !this.#leaving.signal.aborted ? this.#given : [];
    if (now.length === this.#assigned.length && now.every((partition, index) => partition === this.#assigned[index])) return;
    this.#assigned = now;
    for (const listener of [...this.#listeners]) listener();
  }

  #tell(level: 'info' | 'warn', message: string, error: unknown): void {
    const group = groupId(this.#options.prefix, this.#options.epoch, this.#options.names);
    this.#observe({ level, message, details: { groupId: group, error: error instanceof Error ? error.message : String(error) } });
  }
}
