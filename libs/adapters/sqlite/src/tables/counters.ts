import type { DatabaseSync } from 'node:sqlite';
import { BoundedMap } from '../bounded-map.js';
import { Query } from '../database.js';

/**
 * Exact totals by key. A key's id also names the list of the rows that count into it (`resources.tables.ts`), so that one lookup gives a
 * listing's total and where it lies.
 */
export class Counters {
  readonly #ids: BoundedMap<string, number>;
  readonly #find: Query<readonly [number]>;
  readonly #insert: Query;
  readonly #add: Query;

  constructor(
    private readonly db: DatabaseSync,
    private readonly copy: number,
    cached: number,
  ) {
    this.#ids = new BoundedMap(cached);
    const table = countersTable(copy);
    this.#find = new Query(db, `SELECT id FROM ${table} WHERE key = ?`);
    this.#insert = new Query(db, `INSERT INTO ${table} (key, total) VALUES (?, 0)`);
    this.#add = new Query(db, `UPDATE ${table} SET total = total + ? WHERE id = ?`);
  }

  idOf(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#find.get(key)?.[0] ?? this.#insert.insert(key);
    this.#ids.set(key, id);
    return id;
  }

  add(counters: ReadonlyMap<string, number>): void {
    for (const [key, by] of counters) this.#add.run(by, this.idOf(key));
  }

  forget(): void {
    this.#ids.clear();
  }

  *lines(): Iterable<string> {
    const all = new Query<readonly [key: string, total: number]>(
      this.db,
      `SELECT key, total FROM ${countersTable(this.copy)} WHERE total <> 0 ORDER BY key`,
    );
    for (const [key, total] of all.iterate()) yield `count ${key} ${String(total)}`;
  }
}

export const countersTable = (copy: number): string => `counters_${String(copy)}`;

export const createCounters = (copy: number): string =>
  `CREATE TABLE ${countersTable(copy)} (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, total INTEGER NOT NULL) STRICT;`;
