import { ImportUnfinished } from '@headwater/transfer';
import { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, MongoRefused } from './errors.js';

/** Why a service cannot start on a database, where whoever starts it can mend that. */
export const MONGO_START_FAULTS = [DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, ImportUnfinished, MongoRefused] as const;
