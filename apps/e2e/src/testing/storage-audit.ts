import { randomBytes } from 'node:crypto';
import { logPartitions } from '@headwater/event-contracts';
import type { Partition } from '@headwater/event-sourcing';
import { KafkaEventLog } from '@headwater/kafka';
import { MongoProjectionStore, connectMongo, openMongoEventStore, type MongoDatabase, type MongoEventStore } from '@headwater/mongo';
import { ProjectorConfig } from '@headwater/platform';
import { PROJECTIONS } from '@headwater/read-models';
import { verifyService } from '@headwater/verification';
import { until } from './api.js';
import { settingsFor } from './distributed-storage.js';
import type { TestStorage } from './settings.js';

/** What the services of a test share, looked at beside them. */
export class StorageAudit {
  private constructor(
    readonly config: ProjectorConfig,
    readonly database: MongoDatabase,
    readonly store: MongoEventStore,
    readonly log: KafkaEventLog,
    readonly projections: MongoProjectionStore,
  ) {}

  static async of(storage: TestStorage): Promise<StorageAudit> {
    const config = ProjectorConfig.read({ ...settingsFor(storage) });
    const database = await connectMongo(config.mongo('headwater-e2e'));
    const store = await openMongoEventStore(database);
    const log = new KafkaEventLog({
      connection: config.kafka('headwater-e2e'),
      prefix: config.kafkaTopicPrefix,
      epoch: await store.epoch(),
    });
    return new StorageAudit(config, database, store, log, new MongoProjectionStore(database));
  }

  async partitions(): Promise<readonly Partition[]> {
    return logPartitions(await this.store.partitions());
  }

  /** Entries of the log that the slowest projection has applied. */
  async applied(): Promise<number> {
    return Math.min(...(await this.#reached()).map((marks) => marks.reduce((sum, mark) => sum + mark + 1, 0)));
  }

  /** Waits until everything that was appended is in the log and in every read model. */
  async settled(milliseconds = 60_000): Promise<void> {
    await until(async () => (await this.store.size(1)) === 0, milliseconds);
    const partitions = await this.partitions();
    const ends = await Promise.all(partitions.map((of) => this.log.last(of)));
    await until(
      async () => (await this.#reached()).every((marks) => marks.every((mark, index) => mark >= (ends[index] ?? 0))),
      milliseconds,
    );
  }

  /** What is wrong with store, log and read models, each compared with the others (design.md, invariants 1 to 4). */
  async problems(): Promise<readonly string[]> {
    const scratch = await connectMongo({
      ...this.config.mongo('headwater-e2e'),
      database: `${this.config.mongoDatabase.slice(0, 20)}_${randomBytes(6).toString('hex')}`,
    });
    try {
      const { store, log, projections } = this;
      return (await verifyService({ store, log, projections, scratch: new MongoProjectionStore(scratch) })).problems;
    } finally {
      await scratch.db.dropDatabase();
      await scratch.close();
    }
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.store.close();
    await this.database.close();
  }

  async #reached(): Promise<readonly (readonly number[])[]> {
    const partitions = await this.partitions();
    return Promise.all(
      PROJECTIONS.map(async ({ name }) => {
        const { served } = await this.projections.versions(name);
        return Promise.all(
          partitions.map(async (of) => (served === undefined ? -1 : this.projections.watermark(name, served.version, of))),
        );
      }),
    );
  }
}
