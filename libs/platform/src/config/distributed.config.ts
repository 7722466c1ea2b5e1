import { HeadwaterConfig } from '../config.js';
import { IntegerSetting, TextSetting, type Program } from '../setting.js';

const DISTRIBUTED = ['command-service', 'projector', 'query-gateway', 'topics'] as const satisfies readonly Program[];

/** What the services share that keep events and read models in MongoDB. */
export class DistributedConfig extends HeadwaterConfig {
  @TextSetting({
    name: 'HEADWATER_MONGO_URL',
    usedBy: DISTRIBUTED,
    meaning: 'Where MongoDB is: a replica set of version 6 or newer.',
    pattern: /^mongodb(\+srv)?:\/\/\S+$/,
    expected: 'an address that begins with mongodb:// or mongodb+srv://',
    secret: true,
  })
  readonly mongoUrl: string = 'mongodb://127.0.0.1:27017';

  @TextSetting({
    name: 'HEADWATER_MONGO_DATABASE',
    usedBy: DISTRIBUTED,
    meaning: 'Database of the events and the read models.',
    pattern: /^[A-Za-z0-9_-]{1,38}$/,
    expected: 'a name of letters, digits, - and _, 38 characters at most',
  })
  readonly mongoDatabase: string = 'headwater';

  @IntegerSetting({
    name: 'HEADWATER_MONGO_POOL_SIZE',
    usedBy: DISTRIBUTED,
    meaning: 'Most connections to MongoDB.',
    min: 2,
    max: 10_000,
  })
  readonly mongoPoolSize: number = 50;

  @IntegerSetting({
    name: 'HEADWATER_MONGO_TIMEOUT_MS',
    usedBy: DISTRIBUTED,
    meaning: 'How long MongoDB may be out of reach before a request that needs it is answered 503.',
    min: 100,
    max: 600_000,
  })
  readonly mongoTimeoutMs: number = 5000;

  /** How a service that names itself so connects to MongoDB. */
  mongo(appName: string): MongoConnection {
    const { mongoUrl: url, mongoDatabase: database, mongoPoolSize: maxPoolSize, mongoTimeoutMs: bound } = this;
    return {
      url,
      database,
      appName,
      maxPoolSize,
      serverSelectionMilliseconds: bound,
      waitQueueMilliseconds: bound,
      connectMilliseconds: bound,
    };
  }
}

/** What the adapter of MongoDB is given; the bounds are milliseconds, or connections. */
export interface MongoConnection {
  readonly url: string;
  readonly database: string;
  readonly appName: string;
  readonly maxPoolSize: number;
  readonly serverSelectionMilliseconds: number;
  readonly waitQueueMilliseconds: number;
  readonly connectMilliseconds: number;
}
