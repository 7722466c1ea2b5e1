import { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, ImportUnfinished, MongoRefused } from '@headwater/mongo';
import { startFailureWithMongo } from '@headwater/platform';

export const startFailure = startFailureWithMongo([DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, ImportUnfinished, MongoRefused]);
