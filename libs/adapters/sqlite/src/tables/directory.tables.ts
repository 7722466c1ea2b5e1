import { eventId, revision, type Row, type StreamName } from '@headwater/event-sourcing';
import type { DirectoryRow } from '@headwater/read-models';
import { rowLine } from '@headwater/verification';
import { Query } from '../database.js';
import { Counters, countersTable, createCounters } from './counters.js';
import { streamsOf, type ProjectionTables, type Shared, type TablesKind } from './tables.js';

export const directoryTable = (copy: number): string => `directory_${String(copy)}`;

/** Few rows, read often: the state as JSON, and an index in the order in which each list is shown. */
export const directoryKind: TablesKind = {
  tables: (copy) => [
    { name: directoryTable(copy), key: 'stream' },
    { name: countersTable(copy), key: 'id' },
  ],
  create: (copy) => `
    CREATE TABLE ${directoryTable(copy)} (
      stream INTEGER PRIMARY KEY,
      revision INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      organization TEXT NOT NULL,
      label TEXT NOT NULL,
      deprecated INTEGER NOT NULL,
      created TEXT NOT NULL,
      value TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ${directoryTable(copy)}_by_creation ON ${directoryTable(copy)} (kind, created, label, organization);
    CREATE INDEX ${directoryTable(copy)}_of_organization ON ${directoryTable(copy)} (kind, organization, created, label);
    ${createCounters(copy)}`,
  open: (shared, copy) => new DirectoryTables(shared, copy),
  revision: (copy) => `SELECT revision FROM ${directoryTable(copy)} WHERE stream = ?`,
};

class DirectoryTables implements ProjectionTables {
  readonly #load: Query<readonly [revision: number, eventId: string, value: string]>;
  readonly #put: Query;
  readonly #counters: Counters;

  constructor(
    private readonly shared: Shared,
    private readonly copy: number,
  ) {
    const { db, cached } = shared;
    const table = directoryTable(copy);
    this.#load = new Query(db, `SELECT revision, event_id, value FROM ${table} WHERE stream = ?`);
    this.#put = new Query(
      db,
      `INSERT INTO ${table} (stream, revision, event_id, kind, organization, label, deprecated, created, value)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (stream) DO UPDATE SET revision = excluded.revision, event_id = excluded.event_id, kind = excluded.kind,
         organization = excluded.organization, label = excluded.label, deprecated = excluded.deprecated, created = excluded.created,
         value = excluded.value`,
    );
    this.#counters = new Counters(db, copy, cached);
  }

  load(stream: number, name: StreamName): Row<DirectoryRow> | undefined {
    const found = this.#load.get(stream);
    if (found === undefined) return undefined;
    const [at, id, value] = found;
    return { stream: name, revision: revision(at), eventId: eventId(id), value: JSON.parse(value) as DirectoryRow };
  }

  absent(): void {
    // It is put the same way, there or not.
  }

  put(stream: number, row: Row<unknown>): void {
    const { revision: at, eventId: id, value } = row as Row<DirectoryRow>;
    const organization = value.kind === 'project' ? value.organization : '';
    this.#put.run(stream, at, id, value.kind, organization, value.label, value.deprecated ? 1 : 0, value.createdAt, JSON.stringify(value));
  }

  count(counters: ReadonlyMap<string, number>): void {
    this.#counters.add(counters);
  }

  keep(): void {
    // The directory has no history.
  }

  settled(): void {
    // Nothing is remembered.
  }

  forget(): void {
    this.#counters.forget();
  }

  *lines(): Iterable<string> {
    for (const [stream, name] of streamsOf(this.shared.db, directoryTable(this.copy))) {
      const row = this.load(stream, name as StreamName);
      if (row !== undefined) yield rowLine(row);
    }
    yield* this.#counters.lines();
  }
}
