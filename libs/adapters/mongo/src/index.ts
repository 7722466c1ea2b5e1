export { ImportUnfinished } from '@headwater/transfer';
export { DEFAULT_CONNECTION_BOUNDS, MongoDatabase, connectMongo, type ConnectionBounds, type MongoOptions } from './database.js';
export { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, InvalidMongoUrl, MongoRefused, PartitionsOnlyGrow } from './errors.js';
export { prepareMongo, type PrepareOptions, type Prepared } from './prepare.js';
export { MongoProjectionStore } from './read-models/projection-store.js';
export { RetiredCopies, type RetiredCopiesOptions } from './read-models/retired-copies.js';
export { MongoEventStore, openMongoEventStore, type EventStoreOptions } from './event-store/mongo-event-store.js';
export { DEFAULT_EVENT_STORE_BOUNDS, type AppendedGroup, type EventStoreBounds, type EventStoreObserver } from './event-store/options.js';
export {
  DEFAULT_READ_MODELS_OPTIONS,
  mongoReadModels,
  type MongoReadModels,
  type ReadModelsOptions,
} from './read-models/mongo-read-models.js';
export { openMongoExport } from './transfer/mongo-export-source.js';
export { openMongoImport } from './transfer/mongo-import-target.js';
export { MongoProjectionsStatus, type MongoProjectionStanding } from './read-models/projections-status.js';
export { MONGO_START_FAULTS } from './start-faults.js';
