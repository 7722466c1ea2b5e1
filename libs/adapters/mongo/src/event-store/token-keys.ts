import { randomBytes } from 'node:crypto';
import type { TokenKey } from '@headwater/event-sourcing';
import { Binary, type Collection, type Db } from 'mongodb';
import { DatabaseNotPrepared } from '../errors.js';
import { TOKEN_KEYS } from './collections.js';

interface TokenKeyDocument {
  /** From 0; the highest is the current one. */
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
