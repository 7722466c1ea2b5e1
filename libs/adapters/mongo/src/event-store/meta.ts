import { randomBytes } from 'node:crypto';
import { PARTITION_HASH, epoch, type Epoch } from '@headwater/event-sourcing';
import type { Collection, Db } from 'mongodb';
import { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable } from '../errors.js';
import { META } from './collections.js';

/** The format of the collections that this release makes and reads. */
export const FORMAT = 1;

/** What the database says of itself: one document, so that it is there whole or not at all. */
export interface Meta {
  readonly format: number;
  readonly epoch: Epoch;
  /** Partitions of each topic. */
  readonly partitions: number;
}

interface MetaDocument {
  readonly _id: typeof STORE;
  readonly format: number;
  readonly epoch: string;
  readonly partitions: number;
  readonly partitionHash: string;
}

const STORE = 'store';

const metaIn = (db: Db): Collection<MetaDocument> => db.collection<MetaDocument>(META);

/** @returns undefined for a database that was not prepared yet. @throws DatabaseTooNew, DatabaseUnusable */
export async function readMeta(db: Db): Promise<Meta | undefined> {
  const found = await metaIn(db).findOne({ _id: STORE });
  if (found === null) return undefined;
  if (found.format > FORMAT) throw new DatabaseTooNew(db.databaseName, found.format, FORMAT);
  if (found.partitionHash !== PARTITION_HASH) {
    throw new DatabaseUnusable(db.databaseName, `it distributes streams by ${found.partitionHash}, this release by ${PARTITION_HASH}`);
  }
  return { format: found.format, epoch: epoch(found.epoch), partitions: found.partitions };
}

/** @throws DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable */
export async function requireMeta(db: Db): Promise<Meta> {
  const meta = await readMeta(db);
  if (meta === undefined) throw new DatabaseNotPrepared(db.databaseName);
  return meta;
}

/** Gives a new database its epoch and its partitions; of several that try, one decides. */
export async function initializeMeta(db: Db, partitions: number): Promise<Meta> {
  const first = { format: FORMAT, epoch: randomBytes(8).toString('hex'), partitions, partitionHash: PARTITION_HASH };
  // An upsert by the id alone is tried again by the server where another was faster.
  await metaIn(db).updateOne({ _id: STORE }, { $setOnInsert: first }, { upsert: true });
  return requireMeta(db);
}

/** Raises the count of partitions; never lowers it. @returns the count that holds now. */
export async function raisePartitions(db: Db, partitions: number): Promise<number> {
  await metaIn(db).updateOne({ _id: STORE }, { $max: { partitions } });
  return (await requireMeta(db)).partitions;
}
