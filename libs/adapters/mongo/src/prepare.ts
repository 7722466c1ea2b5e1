import type { Epoch } from '@headwater/event-sourcing';
import { createCollections } from './collections.js';
import type { MongoDatabase } from './database.js';
import { asking } from './errors.js';
import { EVENT_STORE_COLLECTIONS } from './event-store/collections.js';
import { initializeMeta, readMeta } from './event-store/meta.js';
import { addTokenKey } from './event-store/token-keys.js';

export interface PrepareOptions {
  /** Partitions of each topic that a new database begins with. One that exists keeps its own: `addPartitions` raises it. */
  readonly partitions: number;
}

/** What a prepared database says of its log. */
export interface Prepared {
  readonly epoch: Epoch;
  /** Partitions of each topic. */
  readonly partitions: number;
}

/**
 * Makes what is missing of the database: collections, indexes, the epoch of the log, the count of partitions, the first token key. May run again,
 * and at several places at once; they agree.
 *
 * @throws DatabaseTooNew, DatabaseUnusable, StoreUnavailable
 */
export async function prepareMongo(database: MongoDatabase, { partitions }: PrepareOptions): Promise<Prepared> {
  if (!Number.isSafeInteger(partitions) || partitions < 1) throw new RangeError('A topic has at least one partition.');
  return asking(async () => {
    // Looked at first: nothing is changed in a database of a newer release.
    await readMeta(database.db);
    await createCollections(database.db, EVENT_STORE_COLLECTIONS);
    await addTokenKey(database.db);
    return initializeMeta(database.db, partitions);
  });
}
