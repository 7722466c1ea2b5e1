import type { ClientSession, Collection, Db } from 'mongodb';
import type { CollectionPlan } from '../collections.js';
import { updateSmall, type SmallUpdate } from './small-writes.js';

/** What one writer has added to a total: the sum over all writers is the total. */
export interface CounterDocument {
  readonly _id: string;
  readonly key: string;
  readonly total: number;
}

/** Who writes counters: whoever moves a partition, with others or alone, of whom there is one at a time; or those who re-drive streams. */
export type CounterWriter = number | 'redrive';

export const countersName = (copy: string): string => `${copy}_counters`;

export const countersPlan = (copy: string): CollectionPlan => ({
  name: countersName(copy),
  indexes: [{ name: 'by_key', key: { key: 1 } }],
});

/** Exact totals by key. Writers have rows of their own, so that two projectors never wait for each other. */
export class Counters {
  readonly #collection: Collection<CounterDocument>;

  constructor(
    private readonly db: Db,
    copy: string,
  ) {
    this.#collection = db.collection<CounterDocument>(countersName(copy));
  }

  /** What a writer adds. */
  async add(writer: CounterWriter, counters: ReadonlyMap<string, number>, session: ClientSession): Promise<void> {
    const changes: SmallUpdate[] = [];
    for (const [key, total] of counters) {
      if (total === 0) continue;
      changes.push({ q: { _id: `${String(writer)} ${key}` }, u: { $inc: { total }, $setOnInsert: { key } }, upsert: true });
    }
    if (changes.length > 0) await updateSmall(this.db, this.#collection.collectionName, changes, session);
  }

  /** Keys that are not here count nothing. */
  async totals(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const totals = new Map<string, number>();
    const found = this.#collection.find({ key: { $in: [...keys] } }, { projection: { _id: 0, key: 1, total: 1 }, batchSize: 1000 });
    for await (const { key, total } of found) totals.set(key, (totals.get(key) ?? 0) + total);
    return totals;
  }

  async sum(keys: readonly string[]): Promise<number> {
    let sum = 0;
    for (const total of (await this.totals(keys)).values()) sum += total;
    return sum;
  }

  /** Every total that is not zero, by key. */
  async *all(): AsyncIterable<readonly [key: string, total: number]> {
    let summed: readonly [key: string, total: number] | undefined;
    for await (const { key, total } of this.#collection.find().sort({ key: 1 })) {
      if (summed?.[0] === key) {
        summed = [key, summed[1] + total];
        continue;
      }
      if (summed !== undefined && summed[1] !== 0) yield summed;
      summed = [key, total];
    }
    if (summed !== undefined && summed[1] !== 0) yield summed;
  }
}
