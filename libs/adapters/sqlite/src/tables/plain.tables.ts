import { eventId, revision, type HistoryRecord, type Row, type StreamName } from '@headwater/event-sourcing';
import { rowLine } from '@headwater/verification';
import { Query } from '../database.js';
import { Counters, countersTable, createCounters } from './counters.js';
import { streamsOf, type ProjectionTables, type Shared, type TablesKind } from './tables.js';

/** Rows as JSON, by stream: for a projection that no reader here has tables for. */
export const plainKind: TablesKind = {
  tables: (copy) => [
    { name: `rows_${String(copy)}`, key: 'stream' },
    { name: `history_${String(copy)}`, key: 'partition, offset' },
    { name: countersTable(copy), key: 'id' },
  ],
  create: (copy) => `
    CREATE TABLE rows_${String(copy)} (
      stream INTEGER PRIMARY KEY,
      revision INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      value TEXT NOT NULL
    ) STRICT;
    CREATE TABLE history_${String(copy)} (
      partition INTEGER NOT NULL,
      offset INTEGER NOT NULL,
      organization TEXT NOT NULL,
      project TEXT NOT NULL,
      stream INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      PRIMARY KEY (partition, offset)
    ) STRICT, WITHOUT ROWID;
    ${createCounters(copy)}`,
  open: (shared, copy) => new PlainTables(shared, copy),
  revision: (copy) => `SELECT revision FROM rows_${String(copy)} WHERE stream = ?`,
};

class PlainTables implements ProjectionTables {
  readonly #load: Query<readonly [revision: number, eventId: string, value: string]>;
  readonly #put: Query;
  readonly #keep: Query;
  readonly #counters: Counters;

  constructor(
    private readonly shared: Shared,
    private readonly copy: number,
  ) {
    const { db, cached } = shared;
    const rows = `rows_${String(copy)}`;
    this.#load = new Query(db, `SELECT revision, event_id, value FROM ${rows} WHERE stream = ?`);
    this.#put = new Query(
      db,
      `INSERT INTO ${rows} (stream, revision, event_id, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (stream) DO UPDATE SET revision = excluded.revision, event_id = excluded.event_id, value = excluded.value`,
    );
    this.#keep = new Query(
      db,
      `INSERT INTO history_${String(copy)} (partition, offset, organization, project, stream, revision) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#counters = new Counters(db, copy, cached);
  }

  load(stream: number, name: StreamName): Row<unknown> | undefined {
    const found = this.#load.get(stream);
    if (found === undefined) return undefined;
    const [at, id, value] = found;
    return { stream: name, revision: revision(at), eventId: eventId(id), value: JSON.parse(value) };
  }

  absent(): void {
    // It is put the same way, there or not.
  }

  put(stream: number, row: Row<unknown>): void {
    this.#put.run(stream, row.revision, row.eventId, JSON.stringify(row.value));
  }

  count(counters: ReadonlyMap<string, number>): void {
    this.#counters.add(counters);
  }

  keep(history: readonly HistoryRecord[]): void {
    for (const { partition, offset, organization, project, stream, revision: at } of history) {
      this.#keep.run(partition, offset, organization, project, this.shared.streams.idOf(stream), at);
    }
  }

  settled(): void {
    // Nothing is remembered.
  }

  forget(): void {
    this.#counters.forget();
  }

  *lines(): Iterable<string> {
    for (const [stream, name] of streamsOf(this.shared.db, `rows_${String(this.copy)}`)) {
      const row = this.load(stream, name as StreamName);
      if (row !== undefined) yield rowLine(row);
    }
    yield* this.#counters.lines();
  }
}
