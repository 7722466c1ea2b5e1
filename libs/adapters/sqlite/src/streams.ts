import type { DatabaseSync } from 'node:sqlite';
import type { StreamName } from '@headwater/event-sourcing';
import { BoundedMap } from './bounded-map.js';
import { Query } from './database.js';

/** What the writer knows of a stream. Changed in place as the stream moves. */
export interface StreamState {
  readonly id: number;
  /** 0: no event yet; only a projection has named it. */
  revision: number;
  /** Sequence number of the newest event. */
  newest: number;
}

/** Where a stream's newest commit begins and ends. */
export interface StreamEnd {
  readonly base: number;
  readonly revision: number;
  readonly newest: number;
}

const NO_EVENT: StreamEnd = { base: 0, revision: 0, newest: 0 };

/** The writer's view of the streams. To be used inside its transactions. */
export class Streams {
  readonly #known: BoundedMap<string, StreamState>;
  readonly #find: Query<readonly [id: number, revision: number, newest: number]>;
  readonly #insert: Query<readonly [number]>;
  readonly #move: Query;
  readonly #name: Query<readonly [string]>;

  constructor(db: DatabaseSync, cached: number) {
    this.#known = new BoundedMap(cached);
    this.#find = new Query(db, 'SELECT id, revision, newest FROM streams WHERE name = ?');
    this.#insert = new Query(db, 'INSERT INTO streams (name, revision, base, newest) VALUES (?, ?, ?, ?) RETURNING id');
    this.#move = new Query(db, 'UPDATE streams SET revision = ?, base = ?, newest = ? WHERE id = ?');
    this.#name = new Query(db, 'SELECT name FROM streams WHERE id = ?');
  }

  find(name: StreamName): StreamState | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = this.#find.get(name);
    if (found === undefined) return undefined;
    const [id, revision, newest] = found;
    const state = { id, revision, newest };
    this.#known.set(name, state);
    return state;
  }

  /** The stream's id, which it is given now if it has none. */
  idOf(name: StreamName): number {
    return (this.find(name) ?? this.add(name, NO_EVENT)).id;
  }

  name(id: number): StreamName {
    const [name] = this.#name.get(id) ?? [];
    if (name === undefined) throw new Error(`There is no stream ${String(id)}.`);
    return name as StreamName;
  }

  add(name: StreamName, { base, revision, newest }: StreamEnd): StreamState {
    const [id] = this.#insert.get(name, revision, base, newest) ?? [];
    if (id === undefined) throw new Error(`The stream ${name} was not stored.`);
    const state = { id, revision, newest };
    this.#known.set(name, state);
    return state;
  }

  moved(stream: StreamState, { base, revision, newest }: StreamEnd): void {
    this.#move.run(revision, base, newest, stream.id);
    stream.revision = revision;
    stream.newest = newest;
  }

  /** Forgets what a transaction may have stored that was rolled back. */
  forget(): void {
    this.#known.clear();
  }
}
