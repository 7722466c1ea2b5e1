import { MongoClient, ReadConcernLevel, ReadPreference, type Db } from 'mongodb';
import { InvalidMongoUrl, asking, descriptionOf } from './errors.js';

/** Bounds of a connection, in milliseconds where time is meant (design.md, invariant 7). */
export interface ConnectionBounds {
  /** Connections to each node; more questions than these wait. */
  readonly maxPoolSize: number;
  /** How long a question waits for a connection. */
  readonly waitQueueMilliseconds: number;
  /** How long a question waits for a primary: an election takes some seconds, and a client that waits longer has given up. */
  readonly serverSelectionMilliseconds: number;
  readonly connectMilliseconds: number;
  /** How often each node is asked how it is: one that hangs is given up after this and the bound for connecting. */
  readonly heartbeatMilliseconds: number;
  /** How long an answer may take before the connection is taken for dead: longer than every bound that the server keeps by itself. */
  readonly socketMilliseconds: number;
  /** How long a majority may take to have a write in its journal. Beyond, the write is not known. */
  readonly writeMajorityMilliseconds: number;
}

export const DEFAULT_CONNECTION_BOUNDS: ConnectionBounds = {
  maxPoolSize: 20,
  waitQueueMilliseconds: 5000,
  serverSelectionMilliseconds: 5000,
  connectMilliseconds: 5000,
  heartbeatMilliseconds: 2000,
  socketMilliseconds: 30_000,
  writeMajorityMilliseconds: 10_000,
};

export interface MongoOptions extends Partial<ConnectionBounds> {
  /** `mongodb://...` of a replica set; one node may be one. */
  readonly url: string;
  readonly database: string;
  /** Names this service in the logs of the server. */
  readonly appName: string;
  /** Makes the client tell of each command: for tests that look at what was asked. */
  readonly monitorCommands?: boolean;
}

/** A connected client and the database that belongs to this service. */
export class MongoDatabase {
  constructor(
    readonly client: MongoClient,
    readonly db: Db,
    readonly bounds: ConnectionBounds,
  ) {}

  get name(): string {
    return this.db.databaseName;
  }

  /** Asks the primary for a sign of life. @throws StoreUnavailable */
  async ping(): Promise<void> {
    await asking(() => this.db.command({ ping: 1 }));
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

/**
 * Connects. Unless a question says otherwise, it is put to the primary, reads what a majority has, and writes until a majority has it in its
 * journal: only what cannot be rolled back is published or built on (design.md, A write).
 *
 * @throws InvalidMongoUrl; StoreUnavailable where there is no primary within the bound; MongoRefused for wrong credentials.
 */
export async function connectMongo(options: MongoOptions): Promise<MongoDatabase> {
  const bounds = boundsOf(options);
  const client = clientOf(options, bounds);
  try {
    await asking(() => client.connect());
  } catch (error) {
    await client.close();
    throw error;
  }
  return new MongoDatabase(client, client.db(options.database), bounds);
}

const boundsOf = ({
  url: _url,
  database: _database,
  appName: _appName,
  monitorCommands: _monitor,
  ...given
}: MongoOptions): ConnectionBounds => ({
  ...DEFAULT_CONNECTION_BOUNDS,
  ...given,
});

function clientOf({ url, appName, monitorCommands = false }: MongoOptions, bounds: ConnectionBounds): MongoClient {
  try {
    return new MongoClient(url, {
      appName,
      monitorCommands,
      maxPoolSize: bounds.maxPoolSize,
      waitQueueTimeoutMS: bounds.waitQueueMilliseconds,
      serverSelectionTimeoutMS: bounds.serverSelectionMilliseconds,
      connectTimeoutMS: bounds.connectMilliseconds,
      heartbeatFrequencyMS: bounds.heartbeatMilliseconds,
      socketTimeoutMS: bounds.socketMilliseconds,
      readPreference: ReadPreference.primary,
      readConcern: { level: ReadConcernLevel.majority },
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: bounds.writeMajorityMilliseconds },
      retryReads: true,
      retryWrites: true,
      ignoreUndefined: true,
      // What we read we wrote; to validate it costs as much as all the rest of reading it.
      enableUtf8Validation: false,
    });
  } catch (error) {
    // The driver's reasons name options, never the URL or what is secret in it.
    throw new InvalidMongoUrl(descriptionOf(error));
  }
}
