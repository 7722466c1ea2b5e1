import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { logPartitions } from '@headwater/event-contracts';
import { KafkaEventLog, KafkaTopics } from '@headwater/kafka';
import {
  MongoProjectionStore,
  connectMongo,
  mongoReadModels,
  openMongoEventStore,
  type MongoDatabase,
  type MongoEventStore,
} from '@headwater/mongo';
import { clientLog, once, type CommandServiceConfig, type Metrics } from '@headwater/platform';
import { AnnouncingEventStore, OutboxRelay } from '@headwater/processing';
import { appended, published } from './observation.js';
import type { Ports } from './ports.module.js';

/** Commits that one look at the outbox reads. */
const RELAY_COMMITS = 500;

/** What the service is made of, and has to close. */
export interface Parts {
  readonly database: MongoDatabase;
  readonly store: MongoEventStore;
  readonly relay: OutboxRelay;
  readonly ports: Ports;
  /** Publishes what is in hand to its end, and gives everything back. May be called twice. */
  close(): Promise<void>;
}

/**
 * Connects to MongoDB, which has to be there. Kafka need not be: writes are taken all the same, and published once it is.
 *
 * @throws StoreUnavailable, DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, MongoRefused, TopicsUnfit
 */
export async function open(config: CommandServiceConfig, logger: Logger, metrics: Metrics): Promise<Parts> {
  const database = await connectMongo(config.mongo('headwater command-service'));
  try {
    const store = await openMongoEventStore(database, {
      bounds: { queuedCommits: config.appendQueueMax, queuedBytes: config.appendQueueBytes },
      observer: { appended: appended(metrics) },
    });
    const connection = { ...config.kafka('headwater-command-service'), observe: clientLog(logger) };
    const at = { connection, prefix: config.kafkaTopicPrefix, epoch: await store.epoch() };
    // Topics that cannot take every event are told of at once, rather than by an outbox that grows.
    const away = await new KafkaTopics(at).checkIfReachable(config.topicDemands(await store.partitions()));
    if (away !== undefined) logger.warn({ err: away }, 'Kafka is out of reach: writes are taken, and published once it is there.');
    const log = new KafkaEventLog(at);
    const relay = new OutboxRelay({
      store,
      log,
      partitions: async () => logPartitions(await store.partitions()),
      holder: `${hostname()}-${String(process.pid)}-${randomBytes(4).toString('hex')}`,
      leaseMs: config.relayLeaseMs,
      pollMs: config.relayPollMs,
      bounds: { commits: RELAY_COMMITS, characters: config.relayBatchBytes },
      outboxMax: config.outboxMax,
      observer: { published: published(metrics) },
    });
    const { feed } = mongoReadModels(database, store, {
      onPollFailure: (error) => logger.error({ err: error }, 'The read models cannot be watched; writes with indexing=sync wait.'),
    });
    const ports = { store: new AnnouncingEventStore(store, relay), progress: new MongoProjectionStore(database), feed };
    return { database, store, relay, ports, close: once(() => close(relay, log, database)) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The relay first: it gives its leases back through both others. */
async function close(relay: OutboxRelay, log: KafkaEventLog, database: MongoDatabase): Promise<void> {
  await relay.close();
  await log.close();
  await database.close();
}
