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
  /** Sequence number of the first event, where it is known: a copy that stands before it has no row of the stream. */
  readonly first: number | undefined;
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
  readonly #insert: Query;
  readonly #move: Query;
  readonly #last: Query<readonly [number | null]>;
  #lastId: number;

  constructor(db: DatabaseSync, cached: number) {
    this.#known = new BoundedMap(cached);
    this.#find = new Query(db, 'SELECT id, revision, newest FROM streams WHERE name = ?');
    this.#insert = new Query(db, 'INSERT INTO streams (id, name, revision, base, newest) VALUES (?, ?, ?, ?, ?)');
    this.#move = new Query(db, 'UPDATE streams SET revision = ?, base = ?, newest = ? WHERE id = ?');
    this.#last = new Query(db, 'SELECT max(id) FROM streams');
    this.#lastId = this.#readLastId();
  }

  #readLastId(): number {
    return this.#last.get()?.[0] ?? 0;
  }

  find(name: StreamName): StreamState | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = this.#find.get(name);
    if (found === undefined) return undefined;
    const [id, revision, newest] = found;
    const state = { id, revision, newest, first: revision === 1 ? newest : undefined };
    this.#known.set(name, state);
    return state;
  }

  /** The stream's id, which it is given now if it has none. */
  idOf(name: StreamName): number {
    return (this.find(name) ?? this.add(name, NO_EVENT)).id;
  }

  add(name: StreamName, { base, revision, newest }: StreamEnd): StreamState {
    const id = this.#lastId + 1;
    this.#insert.run(id, name, revision, base, newest);
    this.#lastId = id;
    const state = { id, revision, newest, first: revision === 0 ? undefined : newest - revision + 1 };
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
    this.#lastId = this.#readLastId();
  }
}
