import { MongoServerError, type ClientSession, type Db, type Document } from 'mongodb';
import { piecesOf } from '../event-store/pieces.js';

/** One change of a document, in the words of the server's `update`. */
export interface SmallUpdate {
  readonly q: Document;
  readonly u: Document;
  readonly upsert?: boolean;
}

/** Writes of one command. */
const AT_ONCE = { items: 1000, size: Infinity } as const;

interface WriteAnswer {
  /** Matched, or inserted. */
  readonly n: number;
  readonly writeErrors?: readonly { readonly code: number; readonly errmsg: string }[];
}

/**
 * Writes of small documents in a transaction, each as one plain command: the driver's bulk writes measure every document, and cost a
 * quarter of the transaction more. Not for documents that hold what users wrote: a command has to be within 16 MB.
 *
 * @returns how many were matched or made. @throws MongoServerError, after which nothing of the transaction is stored.
 */
export const updateSmall = (db: Db, collection: string, updates: readonly SmallUpdate[], session: ClientSession): Promise<number> =>
  inPieces(updates, (piece) => write(db, { update: collection, updates: piece, ordered: false }, session));

/** As `updateSmall`. */
export const insertSmall = (db: Db, collection: string, documents: readonly Document[], session: ClientSession): Promise<number> =>
  inPieces(documents, (piece) => write(db, { insert: collection, documents: piece, ordered: false }, session));

/** One after the other, as a session has one command under way at a time. */
async function inPieces<Item>(items: readonly Item[], writePiece: (piece: readonly Item[]) => Promise<number>): Promise<number> {
  let sum = 0;
  for (const piece of piecesOf(items, AT_ONCE, () => 0)) sum += await writePiece(piece);
  return sum;
}

async function write(db: Db, command: Document, session: ClientSession): Promise<number> {
  const { n, writeErrors } = (await db.command(command, { session })) as WriteAnswer;
  const [failed] = writeErrors ?? [];
  if (failed !== undefined) throw new MongoServerError(failed);
  return n;
}
