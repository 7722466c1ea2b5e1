import { randomBytes } from 'node:crypto';
import { DEFAULT_TOPIC_SETTINGS, KafkaTopics } from '@headwater/kafka';
import { connectMongo, prepareMongo, type MongoDatabase } from '@headwater/mongo';
import type { Settings, TestStorage } from './settings.js';

/** Servers that a log and read models are kept on. */
export interface TestServers {
  readonly brokers: string;
  readonly mongoUrl: string;
}

/** More than one, as what was written to one partition says nothing of the others. */
const PARTITIONS = 3;
const PREFIX = 'headwater-e2e';
const CLIENT = 'headwater-e2e';
/** Milliseconds. A database is dropped once its transactions are at their end, and those of a service that was killed end after a minute. */
const DROP_BOUND = 120_000;

/** Those that `npm test` starts. @throws Error where they are not named */
export const sharedServers = (): TestServers => ({ brokers: named('HEADWATER_KAFKA_BROKERS'), mongoUrl: named('HEADWATER_MONGO_URL') });

/** A database of a random name, and the topics of its log. */
export async function newDatabase(servers: TestServers = sharedServers()): Promise<TestStorage> {
  const name = `headwater_e2e_${randomBytes(8).toString('hex')}`;
  const topics = await withDatabase(servers, name, async (database) => {
    const { epoch } = await prepareMongo(database, { partitions: PARTITIONS });
    const made = new KafkaTopics({ connection: { brokers: servers.brokers.split(','), clientId: CLIENT }, prefix: PREFIX, epoch });
    await made.prepare({ ...DEFAULT_TOPIC_SETTINGS, partitions: PARTITIONS });
    return made;
  });
  return {
    name,
    settings: {
      HEADWATER_KAFKA_BROKERS: servers.brokers,
      HEADWATER_KAFKA_TOPIC_PREFIX: PREFIX,
      HEADWATER_MONGO_URL: servers.mongoUrl,
      HEADWATER_MONGO_DATABASE: name,
    },
    async remove() {
      await Promise.all([topics.delete(), withDatabase(servers, name, ({ db }) => db.dropDatabase())]);
    },
  };
}

/** The settings by which services find a database. */
export const settingsFor = ({ settings = {} }: TestStorage): Settings => settings;

async function withDatabase<Result>(
  { mongoUrl }: TestServers,
  name: string,
  work: (database: MongoDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await connectMongo({ url: mongoUrl, database: name, appName: CLIENT, socketMilliseconds: DROP_BOUND });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function named(variable: string): string {
  const value = process.env[variable];
  if (value !== undefined && value !== '') return value;
  throw new Error(`${variable} is not set: "npm test" starts the servers, and "npm run servers" starts them and prints it.`);
}
