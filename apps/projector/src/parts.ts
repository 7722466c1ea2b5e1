import type { Logger } from 'pino';
import { eventCodec } from '@headwater/event-contracts';
import { ProjectionRunner } from '@headwater/event-sourcing';
import { ForeignEntry, KafkaEventLog, KafkaGroup, KafkaTopics } from '@headwater/kafka';
import {
  MongoProjectionStore,
  MongoProjectionsStatus,
  RetiredCopies,
  connectMongo,
  openMongoEventStore,
  type MongoDatabase,
} from '@headwater/mongo';
import { clientLog, once, type Metrics, type ProjectorConfig } from '@headwater/platform';
import { HeldLog, Projector, ProjectorStatus } from '@headwater/processing';
import { PROJECTIONS } from '@headwater/read-models';
import { applied } from './observation.js';

const RETRY_MIN_MS = 100;

/** What the service is made of, and has to close. */
export interface Parts {
  readonly database: MongoDatabase;
  readonly projector: Projector;
  readonly status: ProjectorStatus;
  /** Stores what is in hand, and gives everything back. May be called twice. */
  close(): Promise<void>;
}

/**
 * Connects to MongoDB, which has to be there. Kafka need not be: the projector waits for it, and is not ready meanwhile.
 *
 * @throws StoreUnavailable, DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, MongoRefused, TopicsUnfit, KafkaRefused
 */
export async function open(config: ProjectorConfig, logger: Logger, metrics: Metrics): Promise<Parts> {
  const database = await connectMongo(config.mongo('headwater projector'));
  try {
    const store = await openMongoEventStore(database);
    const connection = { ...config.kafka('headwater-projector'), observe: clientLog(logger) };
    const at = { connection, prefix: config.kafkaTopicPrefix, epoch: await store.epoch() };
    // Topics that are missing, or that forget, are told of at once.
    const away = await new KafkaTopics(at).checkIfReachable(config.topicDemands(await store.partitions()));
    if (away !== undefined) logger.warn({ err: away }, 'Kafka is out of reach: the projections begin once it is there.');
    const log = new KafkaEventLog({ ...at, bounds: { pageBytes: config.projectorBatchBytes } });
    const held = new HeldLog(log, store);
    const projections = PROJECTIONS.filter(({ name }) => config.runs(name));
    const names = projections.map(({ name }) => name);
    const limit = { entries: config.projectorBatchEvents, characters: config.projectorBatchBytes };
    const readModels = new MongoProjectionStore(database);
    const projector = new Projector({
      runner: new ProjectionRunner({ log: held, store: readModels, codec: eventCodec, projections, limit }),
      tail: held,
      join: () => KafkaGroup.join({ ...at, names }),
      batchEvents: limit.entries,
      parallel: config.projectorParallel,
      retry: { min: RETRY_MIN_MS, max: config.projectorRetryMaxMs },
      stopsAt: (error) => error instanceof ForeignEntry,
      observer: { applied: applied(metrics) },
    });
    const retired = new RetiredCopies(readModels, {
      onFailure: (error) => logger.warn({ err: error }, 'Copies of projections that are not served any more cannot be dropped.'),
    });
    const standings = new MongoProjectionsStatus(database, log);
    const status = new ProjectorStatus(projector, () => standings.standings(names));
    return { database, projector, status, close: once(() => close(projector, retired, log, database)) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The projector first: it stores its batch, and leaves its group, through both others. */
async function close(projector: Projector, retired: RetiredCopies, log: KafkaEventLog, database: MongoDatabase): Promise<void> {
  await projector.close();
  await retired.close();
  await log.close();
  await database.close();
}
