import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaEventLog } from '@headwater/kafka';
import { MongoProjectionStore, MongoProjectionsStatus, connectMongo, openMongoEventStore } from '@headwater/mongo';
import { PROJECTIONS } from '@headwater/read-models';
import { verifyService } from '@headwater/verification';

/** How long a cluster may take to have everything everywhere, after whatever befell it. */
const SETTLE_MS = 60_000;

/** Looks at the data of a distributed Headwater beside its services: what is published, what is applied, whether it all agrees. */
export class Auditor {
  #database;
  #store;
  #log;
  #projections;
  #status;
  #url;

  /** @param {Record<string, string>} settings `HEADWATER_KAFKA_BROKERS`, `HEADWATER_MONGO_URL` and what else names the data */
  static async open(settings) {
    const {
      HEADWATER_MONGO_URL: url,
      HEADWATER_MONGO_DATABASE: database = 'headwater',
      HEADWATER_KAFKA_BROKERS: brokers,
      HEADWATER_KAFKA_TOPIC_PREFIX: prefix = 'headwater',
    } = settings;
    const connected = await connectMongo({ url, database, appName: 'headwater verify' });
    const store = await openMongoEventStore(connected);
    const connection = { brokers: brokers.split(','), clientId: 'headwater-verify' };
    return new Auditor(url, connected, store, new KafkaEventLog({ connection, prefix, epoch: await store.epoch() }));
  }

  constructor(url, database, store, log) {
    this.#url = url;
    this.#database = database;
    this.#store = store;
    this.#log = log;
    this.#projections = new MongoProjectionStore(database);
    this.#status = new MongoProjectionsStatus(database, log);
  }

  /** Entries of the log that projections have still to apply, all together. */
  async behind() {
    const standings = await this.#status.standings(PROJECTIONS.map(({ name }) => name));
    return standings.reduce((sum, { lag }) => sum + lag, 0);
  }

  /** Waits until nothing is left to publish. */
  async published() {
    await until('to be published', () => this.#store.size(1_000_000));
  }

  /** Waits until everything that was appended is in every read model. */
  async settled() {
    await this.published();
    await until('to be applied', () => this.behind());
  }

  /** Compares everything with everything. @returns {Promise<import('@headwater/verification').VerificationReport>} */
  async verify() {
    const scratch = await connectMongo({
      url: this.#url,
      database: `${this.#database.name}_verify_${randomBytes(4).toString('hex')}`,
      appName: 'headwater verify',
    });
    try {
      const parts = { store: this.#store, log: this.#log, projections: this.#projections, scratch: new MongoProjectionStore(scratch) };
      return await verifyService(parts);
    } finally {
      await scratch.db.dropDatabase();
      await scratch.close();
    }
  }

  async close() {
    await this.#log.close();
    await this.#database.close();
  }
}

/** @param {string} what @param {() => Promise<number>} left */
async function until(what, left) {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const count = await left().catch((error) => error);
    if (count === 0) return;
    if (performance.now() > deadline) throw count instanceof Error ? count : new Error(`${count} left ${what} after ${SETTLE_MS} ms`);
    await sleep(20);
  }
}
