import type { DatabaseSync } from 'node:sqlite';
import { BoundedMap } from './bounded-map.js';
import { Query } from './database.js';

/** Longer texts are not remembered: the bound is on entries, and a few of these could be most of the memory. */
const MAX_REMEMBERED = 4096;

/** The writer's side of the texts that many rows repeat. To be used inside its transactions. */
export class TermWriter {
  readonly #ids: BoundedMap<string, number>;
  readonly #find: Query<readonly [number]>;
  readonly #insert: Query;

  constructor(db: DatabaseSync, cached: number) {
    this.#ids = new BoundedMap(cached);
    this.#find = new Query(db, 'SELECT id FROM terms WHERE text = ?');
    this.#insert = new Query(db, 'INSERT INTO terms (text) VALUES (?)');
  }

  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#find.get(text)?.[0] ?? this.#insert.insert(text);
    if (text.length <= MAX_REMEMBERED) this.#ids.set(text, id);
    return id;
  }

  /** Forgets what a transaction may have stored that was rolled back. */
  forget(): void {
    this.#ids.clear();
  }
}

/** The readers' side. A term, once stored, never changes, so what is remembered cannot be stale. */
export class TermReader {
  readonly #texts: BoundedMap<number, string>;
  readonly #values: BoundedMap<number, unknown>;
  readonly #ids: BoundedMap<string, number>;
  readonly #byId: Query<readonly [string]>;
  readonly #byText: Query<readonly [number]>;

  constructor(db: DatabaseSync, cached: number) {
    this.#texts = new BoundedMap(cached);
    this.#values = new BoundedMap(cached);
    this.#ids = new BoundedMap(cached);
    this.#byId = new Query(db, 'SELECT text FROM terms WHERE id = ?');
    this.#byText = new Query(db, 'SELECT id FROM terms WHERE text = ?');
  }

  text(id: number): string {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const [text] = this.#byId.get(id) ?? [];
    if (text === undefined) throw new Error(`There is no term ${String(id)}.`);
    if (text.length <= MAX_REMEMBERED) this.#texts.set(id, text);
    return text;
  }

  /** The value whose JSON the term is. Shared by everybody who asks: data is read only. */
  json(id: number): unknown {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const text = this.text(id);
    const value: unknown = JSON.parse(text);
    if (text.length <= MAX_REMEMBERED) this.#values.set(id, value);
    return value;
  }

  idOf(text: string): number | undefined {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const [id] = this.#byText.get(text) ?? [];
    if (id !== undefined && text.length <= MAX_REMEMBERED) this.#ids.set(text, id);
    return id;
  }

  /** Forgets everything: for the writer's thread, after a rollback. */
  forget(): void {
    this.#texts.clear();
    this.#values.clear();
    this.#ids.clear();
  }
}
