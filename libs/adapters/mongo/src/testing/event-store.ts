import { openMongoEventStore, type EventStoreOptions, type MongoEventStore } from '../event-store/mongo-event-store.js';
import { testDatabase, type TestDatabase } from './database.js';

export interface TestEventStore {
  readonly database: TestDatabase;
  readonly store: MongoEventStore;
  /** Closes the store and opens it again on what it has kept, over another connection. */
  readonly reopen: () => Promise<MongoEventStore>;
  close(): Promise<void>;
}

/** An event store on a database of its own. */
export async function testEventStore(options: EventStoreOptions = {}): Promise<TestEventStore> {
  const database = await testDatabase();
  let store = await openMongoEventStore(database.database, options);
  const reopen = async (): Promise<MongoEventStore> => {
    await store.close();
    store = await openMongoEventStore(await database.connect(), options);
    return store;
  };
  const close = async (): Promise<void> => {
    await store.close();
    await database.close();
  };
  return { database, store, reopen, close };
}
