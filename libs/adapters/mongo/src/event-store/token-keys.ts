import { randomBytes } from 'node:crypto';
import type { TokenKey } from '@headwater/event-sourcing';
import { TokenKeyClash } from '@headwater/transfer';
import { Binary, type ClientSession, type Collection, type Db } from 'mongodb';
import { DatabaseNotPrepared } from '../errors.js';
import { TOKEN_KEYS } from './collections.js';

interface TokenKeyDocument {
  /** The highest is the current one. The first that was made here is 0; below it are those of a store that was imported. */
  readonly _id: number;
  readonly id: string;
  readonly secret: Binary;
}

const tokenKeysIn = (db: Db): Collection<TokenKeyDocument> => db.collection<TokenKeyDocument>(TOKEN_KEYS);

/** Makes the first key; of several that try, one decides. */
export async function addTokenKey(db: Db): Promise<void> {
  const key = { id: randomBytes(3).toString('hex'), secret: new Binary(randomBytes(32)) };
  await tokenKeysIn(db).updateOne({ _id: 0 }, { $setOnInsert: key }, { upsert: true });
}

/** All keys, the current one first. @throws DatabaseNotPrepared */
export async function readTokenKeys(db: Db): Promise<readonly [TokenKey, ...TokenKey[]]> {
  const found = await tokenKeysIn(db).find().sort({ _id: -1 }).toArray();
  const [current, ...older] = found.map(({ id, secret }) => ({ id, secret: new Uint8Array(secret.buffer) }));
  if (current === undefined) throw new DatabaseNotPrepared(db.databaseName);
  return [current, ...older];
}

/** Keeps keys of another store for opening tokens, behind those that are there; the newest first. @throws TokenKeyClash */
export async function keepTokenKeys(db: Db, keys: readonly TokenKey[], session: ClientSession): Promise<void> {
  const known = await tokenKeysIn(db).find({}, { session }).sort({ _id: 1 }).toArray();
  let position = known[0]?._id ?? 0;
  for (const { id, secret } of keys) {
    const same = known.find((one) => one.id === id);
    if (same === undefined) await tokenKeysIn(db).insertOne({ _id: (position -= 1), id, secret: new Binary(secret) }, { session });
    else if (!Buffer.from(same.secret.buffer).equals(secret)) throw new TokenKeyClash(`the database ${db.databaseName}`, id);
  }
}
