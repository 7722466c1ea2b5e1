import { ProjectionRunner, relayPartition, type EventLog, type ProjectionStore, type ReadLimit } from '@headwater/event-sourcing';
import { InMemoryEventLog } from '@headwater/event-sourcing/testing';
import { eventCodec, type HeadwaterEvent } from '@headwater/event-contracts';
import { PROJECTIONS } from '@headwater/read-models';
import { openMongoEventStore, type MongoEventStore } from '../../event-store/mongo-event-store.js';
import { testDatabase, type TestConnection, type TestDatabase } from '../../testing/database.js';
import { mongoReadModels, type MongoReadModels, type ReadModelsOptions } from '../mongo-read-models.js';
import { MongoProjectionStore } from '../projection-store.js';

const PARTITIONS_PER_TOPIC = 3;
const RELAYED = { commits: 100, characters: 1_000_000 };
const LIMIT: ReadLimit = { entries: 10, characters: 1_000_000 };

/** A store, a log in memory, a projector and readers: everything between a write and a read. */
export class ReadModelService {
  readonly store: MongoEventStore;
  readonly log: InMemoryEventLog;
  readonly projections: MongoProjectionStore;
  readonly runner: ProjectionRunner<HeadwaterEvent>;
  readonly readers: MongoReadModels;

  private constructor(
    readonly test: TestDatabase,
    store: MongoEventStore,
    log: InMemoryEventLog,
    options: Partial<ReadModelsOptions>,
  ) {
    this.store = store;
    this.log = log;
    this.projections = new MongoProjectionStore(test.database);
    this.readers = mongoReadModels(test.database, store, options);
    this.runner = this.anotherRunner();
  }

  static async start(options: Partial<ReadModelsOptions> = {}, connection: TestConnection = {}): Promise<ReadModelService> {
    const test = await testDatabase({ partitions: PARTITIONS_PER_TOPIC, ...connection });
    const store = await openMongoEventStore(test.database);
    const log = new InMemoryEventLog(await store.epoch(), 2 * PARTITIONS_PER_TOPIC);
    const service = new ReadModelService(test, store, log, options);
    await service.runner.prepare();
    return service;
  }

  /** A projector as another process would have it, with a memory of its own. */
  anotherRunner(limit = LIMIT, store: ProjectionStore = this.projections, log: EventLog = this.log): ProjectionRunner<HeadwaterEvent> {
    return new ProjectionRunner({ log, store, codec: eventCodec, projections: PROJECTIONS, limit });
  }

  /** Publishes what is pending. */
  async relay(): Promise<void> {
    await Promise.all((await this.log.partitions()).map((of) => relayPartition(this.store, this.log, of, RELAYED)));
  }

  /** Publishes what is pending and projects what is published. */
  async settle(): Promise<void> {
    await this.relay();
    await Promise.all((await this.log.partitions()).map((of) => this.runner.catchUp(of)));
  }

  close(): Promise<void> {
    return this.test.close();
  }
}
