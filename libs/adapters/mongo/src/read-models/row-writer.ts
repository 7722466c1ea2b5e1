import { RowPresent, type ProjectionName, type Row, type StreamName } from '@headwater/event-sourcing';
import type { ClientSession, Collection } from 'mongodb';
import { isDuplicateKey } from '../errors.js';
import type { ProjectionKind, StoredRow } from './kinds/kind.js';

/** Streams of a copy that are remembered as having no row; beyond, some are forgotten, which costs time and nothing else. */
const REMEMBERED = 20_000;

/** Where rows are written to. */
export interface Written {
  readonly projection: ProjectionName;
  readonly collection: Collection<StoredRow>;
  readonly kind: ProjectionKind;
}

/**
 * Writes rows of copies. Most of what is written is new, and an insert costs the server half of what a replacement does: so it is remembered
 * which rows were not found when they were loaded. Where that is wrong, the insert fails, all is forgotten, and the change is made again.
 * Rows of streams that are beginning were not looked for, and are never replaced.
 */
export class RowWriter {
  readonly #absent = new Map<string, Set<string>>();

  /** Remembers streams that a copy has no row of. */
  absent(copy: string, streams: Iterable<string>): void {
    const known = this.#absent.get(copy);
    const remembered = known === undefined || known.size > REMEMBERED ? new Set<string>() : known;
    for (const stream of streams) remembered.add(stream);
    this.#absent.set(copy, remembered);
  }

  /** @throws RowsKnownWrong, RowPresent, after which nothing of the transaction is stored. */
  async put(
    { projection, collection, kind }: Written,
    rows: readonly Row<unknown>[],
    beginning: ReadonlySet<StreamName>,
    session: ClientSession,
  ): Promise<void> {
    if (rows.length === 0) return;
    const absent = this.#absent.get(collection.collectionName);
    const [inserted, replaced]: [StoredRow[], StoredRow[]] = [[], []];
    for (const row of rows) (beginning.has(row.stream) || absent?.has(row.stream) === true ? inserted : replaced).push(kind.encode(row));
    if (inserted.length > 0) {
      const wrong = (options: ErrorOptions): Error =>
        rows.some(({ stream }) => beginning.has(stream)) ? new RowPresent(projection, options) : new RowsKnownWrong(options);
      await this.#insert(collection, inserted, session, wrong);
    }
    if (replaced.length > 0) await this.replace(collection, replaced, session);
  }

  /** Puts rows in the place of those that are there, or where none is. */
  async replace(collection: Collection<StoredRow>, rows: readonly StoredRow[], session: ClientSession): Promise<void> {
    const changes = rows.map((replacement) => ({ replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true } }));
    await collection.bulkWrite(changes, { session, ordered: false });
  }

  async #insert(
    collection: Collection<StoredRow>,
    rows: readonly StoredRow[],
    session: ClientSession,
    wrong: (options: ErrorOptions) => Error,
  ): Promise<void> {
    try {
      await collection.insertMany([...rows], { session, ordered: false });
    } catch (error) {
      if (isDuplicateKey(error)) throw wrong({ cause: error });
      throw error;
    }
  }

  /** Forgets what was remembered of these rows, which are there now. */
  written(copy: string, rows: readonly Row<unknown>[]): void {
    const absent = this.#absent.get(copy);
    for (const { stream } of rows) absent?.delete(stream);
  }

  forget(): void {
    this.#absent.clear();
  }
}

/** A row was there that was remembered as absent: another projector has made it. Nothing was stored. */
export class RowsKnownWrong extends Error {
  override readonly name = 'RowsKnownWrong';
  constructor(options: ErrorOptions) {
    super('A row is there that was remembered as absent.', options);
  }
}
