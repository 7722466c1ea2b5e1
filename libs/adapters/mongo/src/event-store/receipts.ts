import { pushId, revision, streamName, type PushId, type Receipt } from '@headwater/event-sourcing';
import type { ClientSession, Collection, Db, FindOptions } from 'mongodb';
import { RECEIPTS } from './collections.js';
import { piecesOf } from './pieces.js';

/** A part of a receipt: a push may have written more streams than one document has room for. */
interface ReceiptDocument {
  readonly push: string;
  readonly part: number;
  /** JSON text: pairs of stream and revision, in order. */
  readonly written: string;
}

type Written = Receipt['written'][number];

/** Characters of the pairs in one part: at most three bytes each, well within a document. */
const PART_CHARACTERS = 2 * 1024 * 1024;
const PART_PAIRS = 100_000;

const receiptsIn = (db: Db): Collection<ReceiptDocument> => db.collection<ReceiptDocument>(RECEIPTS);

const charactersOf = ({ stream }: Written): number => 2 * stream.length + 16;

/** Keeps a receipt, within a transaction. */
export async function insertReceipt(db: Db, { push, written }: Receipt, session: ClientSession): Promise<void> {
  const parts = written.length === 0 ? [[]] : piecesOf(written, { items: PART_PAIRS, size: PART_CHARACTERS }, charactersOf);
  for (const [part, pairs] of parts.entries()) {
    const text = JSON.stringify(pairs.map(({ stream, revision: at }) => [stream, at]));
    await receiptsIn(db).insertOne({ push, part, written: text }, { session });
  }
}

export async function findReceipt(db: Db, push: PushId, options: FindOptions = {}): Promise<Receipt | undefined> {
  const parts = await receiptsIn(db).find({ push }, options).sort({ part: 1 }).toArray();
  if (parts.length === 0) return undefined;
  const pairs = parts.flatMap(({ written }) => JSON.parse(written) as readonly (readonly [string, number])[]);
  return { push: pushId(push), written: pairs.map(([stream, at]) => ({ stream: streamName(stream), revision: revision(at) })) };
}

/** Pushes that have a receipt, in an order of their own, from the first or the one after another. */
export async function pushesAfter(db: Db, after: string | undefined, limit: number, options: FindOptions = {}): Promise<readonly string[]> {
  const found = await receiptsIn(db)
    .find({ part: 0, ...(after === undefined ? {} : { push: { $gt: after } }) }, { ...options, projection: { _id: 0, push: 1 } })
    .sort({ push: 1 })
    .hint('push_part')
    .limit(limit)
    .toArray();
  return found.map(({ push }) => push);
}
