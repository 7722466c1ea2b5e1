import type { CreateCollectionOptions, Db, IndexDescription } from 'mongodb';
import { CODES, codeOf } from './errors.js';

/** A collection as it is made by the explicit step; nothing is made by using it. */
export interface CollectionPlan {
  readonly name: string;
  readonly indexes: readonly IndexDescription[];
  readonly options?: CreateCollectionOptions;
}

/** Makes collections and indexes that are missing. May run at several places at once, and again. */
export async function createCollections(db: Db, plans: readonly CollectionPlan[]): Promise<void> {
  await Promise.all(
    plans.map(async ({ name, indexes, options }) => {
      await createCollection(db, name, options);
      if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
    }),
  );
}

async function createCollection(db: Db, name: string, options: CreateCollectionOptions = {}): Promise<void> {
  try {
    await db.createCollection(name, options);
  } catch (error) {
    if (codeOf(error) !== CODES.namespaceExists) throw error;
  }
}
