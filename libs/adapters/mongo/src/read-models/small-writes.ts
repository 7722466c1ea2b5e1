import { MongoServerError, type ClientSession, type Db, type Document } from 'mongodb';

/** One change of a document, in the words of the server's `update`. */
export interface SmallUpdate {
  readonly q: Document;
  readonly u: Document;
  readonly upsert?: boolean;
}

interface WriteAnswer {
  /** Matched, or inserted. */
  readonly n: number;
  readonly writeErrors?: readonly { readonly code: number; readonly errmsg: string }[];
}

/**
 * Writes of small documents in a transaction, each as one plain command: the driver's bulk writes measure every document, and cost a
 * quarter of the transaction more. Not for documents that hold what users wrote: all of a command has to be within 16 MB.
 *
 * @returns how many were matched or made. @throws MongoServerError, after which nothing of the transaction is stored.
 */
export const updateSmall = (db: Db, collection: string, updates: readonly SmallUpdate[], session: ClientSession): Promise<number> =>
  write(db, { update: collection, updates, ordered: false }, session);

/** As `updateSmall`. */
export const insertSmall = (db: Db, collection: string, documents: readonly Document[], session: ClientSession): Promise<number> =>
  write(db, { insert: collection, documents, ordered: false }, session);

async function write(db: Db, command: Document, session: ClientSession): Promise<number> {
  const { n, writeErrors } = (await db.command(command, { session })) as WriteAnswer;
  const [failed] = writeErrors ?? [];
  if (failed !== undefined) throw new MongoServerError(failed);
  return n;
}
