import { ImportContested, ImportUnfinished, type Imported } from '@headwater/transfer';
import type { ClientSession, Collection, Db, UpdateOptions } from 'mongodb';
import { META } from '../event-store/collections.js';

/** What the store remembers of an import that is not finished. */
export interface ImportMark extends Imported {
  readonly sha256: string;
  /** Partitions of each topic when the import began: a stream's commits are all given the same one, whatever is added meanwhile. */
  readonly partitions: number;
}

interface MarkDocument extends ImportMark {
  readonly _id: typeof MARK;
}

const MARK = 'import';

const marksIn = (db: Db): Collection<MarkDocument> => db.collection<MarkDocument>(META);

export async function readImportMark(db: Db): Promise<ImportMark | undefined> {
  return (await marksIn(db).findOne({ _id: MARK }, { projection: { _id: 0 } })) ?? undefined;
}

/** Must be called before anything of a store is served or exported. @throws ImportUnfinished; errors of the driver */
export async function assertWhole(db: Db): Promise<void> {
  if ((await readImportMark(db)) !== undefined) throw new ImportUnfinished(`the database ${db.databaseName}`);
}

/** Within a transaction. @throws a duplicate key where another import begins at the same time. */
export async function putImportMark(db: Db, mark: ImportMark, session: ClientSession): Promise<void> {
  await marksIn(db).insertOne({ _id: MARK, ...mark }, { session });
}

/**
 * Moves the mark on, from where this import put it last.
 *
 * @returns where it stands now. @throws ImportContested where somebody else has moved it, or has removed it.
 */
export async function moveImportMark(db: Db, from: ImportMark, to: Imported, options: UpdateOptions = {}): Promise<ImportMark> {
  const { commits, receipts } = to;
  const { matchedCount } = await marksIn(db).updateOne({ _id: MARK, ...from }, { $set: { commits, receipts } }, options);
  if (matchedCount === 0) throw new ImportContested(`the database ${db.databaseName}`);
  return { ...from, commits, receipts };
}

/** @throws ImportContested as above. */
export async function removeImportMark(db: Db, from: ImportMark): Promise<void> {
  const { deletedCount } = await marksIn(db).deleteOne({ _id: MARK, ...from });
  if (deletedCount === 0) throw new ImportContested(`the database ${db.databaseName}`);
}
