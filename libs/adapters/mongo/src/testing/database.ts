import { randomBytes } from 'node:crypto';
import { connectMongo, type ConnectionBounds, type MongoDatabase } from '../database.js';
import { prepareMongo } from '../prepare.js';

/** The variable that `npm test` sets once the servers run. */
const URL_VARIABLE = 'HEADWATER_MONGO_URL';

/** A database that one test has for itself. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  readonly database: MongoDatabase;
  /** One more connection to it, closed with it. */
  connect(options?: TestConnection): Promise<MongoDatabase>;
  /** Drops it and closes every connection. */
  close(): Promise<void>;
}

export interface TestConnection extends Partial<ConnectionBounds> {
  /** Instead of the server itself: a proxy before it, say. */
  readonly url?: string;
  readonly monitorCommands?: boolean;
}

export interface TestDatabaseOptions extends TestConnection {
  /** Partitions per topic that it is prepared with; 0 leaves it empty. */
  readonly partitions?: number;
}

/** @throws Error where no server is named. */
export function mongoUrl(): string {
  const url = process.env[URL_VARIABLE];
  if (url === undefined || url === '') {
    throw new Error(
      `${URL_VARIABLE} is not set: "npm test" starts the servers, and "node scripts/servers/main.mjs" starts them and prints it.`,
    );
  }
  return url;
}

/** A new database of a random name, prepared. */
export async function testDatabase({ partitions = 3, ...options }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const url = options.url ?? mongoUrl();
  const name = `headwater_test_${randomBytes(8).toString('hex')}`;
  const open: MongoDatabase[] = [];
  const connect = async (more: TestConnection = {}): Promise<MongoDatabase> => {
    const database = await connectMongo({ url, database: name, appName: 'headwater-test', ...options, ...more });
    open.push(database);
    return database;
  };
  const database = await connect();
  const close = async (): Promise<void> => {
    await database.db.dropDatabase();
    await Promise.all(open.splice(0).map((one) => one.close()));
  };
  if (partitions > 0) await prepareMongo(database, { partitions });
  return { url, name, database, connect, close };
}
