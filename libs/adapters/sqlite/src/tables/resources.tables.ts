import { offset, type Row, type StreamName } from '@headwater/event-sourcing';
import { resourcesProjection, type EntityRow } from '@headwater/read-models';
import { rowLine } from '@headwater/verification';
import { Query } from '../database.js';
import { Counters, countersTable, createCounters } from './counters.js';
import { ENTITY_COLUMNS, decodeRow, encodeEntity, entityColumns, type EntityColumns } from './resources.row.js';
import { streamsOf, type ProjectionTables, type Shared, type TablesKind } from './tables.js';

export const resourcesTable = (copy: number): string => `resources_${String(copy)}`;
export const entriesTable = (copy: number): string => `entries_${String(copy)}`;

/**
 * The document is not stored again: `content` is the sequence number of the event that it came with, `compacted` is null. Only where the
 * log does not say the same, the text is here.
 *
 * What a row counts into is also what it is listed in: a project's active or deprecated entities, those of one type, those of one schema.
 * `entries` has an entry for each of these lists, in the order of creation and, by its index, of change; ties are broken by id, which is
 * therefore part of both, so that a page costs the same wherever it lies and however many entities have the same instant.
 */
export const resourcesKind: TablesKind = {
  tables: (copy) => [
    { name: entriesTable(copy), key: 'list, created, id' },
    { name: resourcesTable(copy), key: 'stream' },
    { name: countersTable(copy), key: 'id' },
  ],
  create: (copy) => `
    CREATE TABLE ${resourcesTable(copy)} (
      stream INTEGER PRIMARY KEY,
      revision INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      deprecated INTEGER NOT NULL,
      created INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      fixed INTEGER NOT NULL,
      types INTEGER NOT NULL,
      actors INTEGER NOT NULL,
      content_rev INTEGER NOT NULL,
      hash TEXT,
      rest TEXT,
      name TEXT,
      label TEXT,
      pref_label TEXT,
      description TEXT,
      content INTEGER,
      compacted TEXT
    ) STRICT;
    CREATE TABLE ${entriesTable(copy)} (
      list INTEGER NOT NULL,
      created INTEGER NOT NULL,
      id TEXT NOT NULL,
      updated INTEGER NOT NULL,
      stream INTEGER NOT NULL,
      PRIMARY KEY (list, created, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ${entriesTable(copy)}_by_change ON ${entriesTable(copy)} (list, updated, id, stream);
    ${createCounters(copy)}`,
  open: (shared, copy) => new ResourcesTables(shared, copy),
  checks: (copy) => [
    {
      what: 'rows point to an event that does not have their document',
      sql: `SELECT r.stream FROM ${resourcesTable(copy)} r LEFT JOIN log l ON l.seq = r.content
            WHERE r.compacted IS NULL AND (l.stream IS NOT r.stream OR l.revision IS NOT r.content_rev OR l.compacted IS NULL)`,
    },
  ],
  revision: (copy) => `SELECT revision FROM ${resourcesTable(copy)} WHERE stream = ?`,
};

/** A row as it was loaded, with what its change has to undo. */
interface Loaded {
  readonly value: EntityRow;
  readonly content: number | null;
  readonly listed: Listed;
}

interface Listed {
  readonly lists: readonly number[];
  readonly created: number;
  readonly updated: number;
  readonly id: string;
}

class ResourcesTables implements ProjectionTables {
  readonly #load: Query<readonly [...EntityColumns, content: number | null, compacted: string | null]>;
  readonly #insert: Query;
  readonly #update: Query;
  readonly #enter: Query;
  readonly #leave: Query;
  readonly #change: Query;
  readonly #seq: Query<readonly [number]>;
  readonly #compacted: Query<readonly [string | null]>;
  readonly #counters: Counters;
  readonly #loaded = new Map<number, Loaded | undefined>();

  constructor(
    private readonly shared: Shared,
    private readonly copy: number,
  ) {
    const { db } = shared;
    const [rows, entries] = [resourcesTable(copy), entriesTable(copy)];
    this.#load = new Query(
      db,
      `SELECT ${entityColumns('r')}, r.content, ifnull(r.compacted, l.compacted)
       FROM ${rows} r LEFT JOIN log l ON l.seq = r.content WHERE r.stream = ?`,
    );
    const columns = [...ENTITY_COLUMNS, 'content', 'compacted', 'stream'];
    this.#insert = new Query(db, `INSERT INTO ${rows} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
    const changing = [...ENTITY_COLUMNS, 'content', 'compacted'];
    this.#update = new Query(db, `UPDATE ${rows} SET ${changing.map((column) => `${column} = ?`).join(', ')} WHERE stream = ?`);
    this.#enter = new Query(db, `INSERT INTO ${entries} (list, created, id, updated, stream) VALUES (?, ?, ?, ?, ?)`);
    this.#leave = new Query(db, `DELETE FROM ${entries} WHERE list = ? AND created = ? AND id = ?`);
    this.#change = new Query(db, `UPDATE ${entries} SET updated = ? WHERE list = ? AND created = ? AND id = ?`);
    this.#seq = new Query(db, 'SELECT seq FROM log WHERE stream = ? AND revision = ?');
    this.#compacted = new Query(db, 'SELECT compacted FROM log WHERE seq = ?');
    this.#counters = new Counters(db, copy, shared.cached);
  }

  load(stream: number, name: StreamName): Row<EntityRow> | undefined {
    const found = this.#load.get(stream);
    if (found === undefined) {
      this.#loaded.set(stream, undefined);
      return undefined;
    }
    const columns = found.slice(0, ENTITY_COLUMNS.length) as unknown as EntityColumns;
    const [content, compacted] = found.slice(ENTITY_COLUMNS.length) as unknown as readonly [number | null, string | null];
    if (compacted === null) throw new Error(`The document of ${name} is neither in its row nor in the log.`);
    const row = decodeRow(name, columns, compacted, this.shared.read);
    this.#loaded.set(stream, { value: row.value, content, listed: this.#listed(row.value, columns) });
    return row;
  }

  absent(stream: number): void {
    this.#loaded.set(stream, undefined);
  }

  put(stream: number, row: Row<unknown>): void {
    const { value } = row as Row<EntityRow>;
    if (!this.#loaded.has(stream)) this.load(stream, row.stream);
    const before = this.#loaded.get(stream);
    const columns = encodeEntity(row as Row<EntityRow>, this.shared.terms);
    const listed = this.#listed(value, columns);
    const content = this.#content(stream, row.stream, value, before);
    const compacted = content === null ? value.compacted : null;
    (before === undefined ? this.#insert : this.#update).run(...columns, content, compacted, stream);
    this.#list(stream, before?.listed, listed);
    this.#loaded.set(stream, { value, content, listed });
  }

  count(counters: ReadonlyMap<string, number>): void {
    this.#counters.add(counters);
  }

  keep(): void {
    // Resources have no history of their own: a revision is read from the log.
  }

  settled(): void {
    this.#loaded.clear();
  }

  forget(): void {
    this.#loaded.clear();
    this.#counters.forget();
  }

  *lines(): Iterable<string> {
    const { db } = this.shared;
    for (const [stream, name] of streamsOf(db, resourcesTable(this.copy))) {
      const row = this.load(stream, name as StreamName);
      this.#loaded.clear();
      if (row !== undefined) yield rowLine(row);
    }
    const entries = new Query<readonly [string, number, string, number, string]>(
      db,
      `SELECT c.key, e.created, e.id, e.updated, s.name FROM ${countersTable(this.copy)} c
       CROSS JOIN ${entriesTable(this.copy)} e ON e.list = c.id CROSS JOIN streams s ON s.id = e.stream ORDER BY c.key, e.created, e.id`,
    );
    for (const entry of entries.iterate()) yield `entry ${entry.join(' ')}`;
    yield* this.#counters.lines();
  }

  #listed(value: EntityRow, columns: EntityColumns): Listed {
    const lists = new Set((resourcesProjection.counts?.(value) ?? []).map((key) => this.#counters.idOf(key)));
    return { lists: [...lists], created: columns[3], updated: columns[4], id: value.entity.id };
  }

  /** The sequence number of the event that has the document; null where it has another text, or is not in this file. */
  #content(stream: number, name: StreamName, { entity, compacted }: EntityRow, before: Loaded | undefined): number | null {
    if (before?.value.entity.contentRev === entity.contentRev && before.value.compacted === compacted) return before.content;
    const state = this.shared.streams.find(name);
    const seq = state?.revision === entity.contentRev ? state.newest : this.#seq.get(stream, entity.contentRev)?.[0];
    if (seq === undefined || seq === 0) return null;
    const kept = this.shared.kept(offset(seq - 1));
    const text = kept === undefined ? this.#compacted.get(seq)?.[0] : kept.event.content?.compacted;
    return text === compacted ? seq : null;
  }

  #list(stream: number, before: Listed | undefined, after: Listed): void {
    const stays = (list: number): boolean =>
      before !== undefined && before.lists.includes(list) && before.created === after.created && before.id === after.id;
    for (const list of before?.lists ?? []) {
      if (before !== undefined && !(after.lists.includes(list) && stays(list))) this.#leave.run(list, before.created, before.id);
    }
    for (const list of after.lists) {
      if (!stays(list)) this.#enter.run(list, after.created, after.id, after.updated, stream);
      else if (before?.updated !== after.updated) this.#change.run(after.updated, list, after.created, after.id);
    }
  }
}
