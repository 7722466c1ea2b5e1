import { baseAt, eventId, offset, partition, revision, type HistoryRecord, type Row, type StreamName } from '@headwater/event-sourcing';
import { entityStream } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import type { FeedRow } from '@headwater/read-models';
import { rowLine } from '@headwater/verification';
import { Query } from '../database.js';
import { isoInstant } from '../iso-instant.js';
import { Counters, countersTable, createCounters } from './counters.js';
import { parseRest, restOf, streamsOf, type ProjectionTables, type Shared, type TablesKind } from './tables.js';

export const feedTable = (copy: number): string => `feed_${String(copy)}`;
export const historyTable = (copy: number): string => `history_${String(copy)}`;

/**
 * A row lies where its newest event lies: a page of changes is a range of this table. Contents are not stored again; `content` is the
 * sequence number of the event that has them. Rows are small, so they need no row id.
 *
 * `history` says for each event whom it belongs to; the events themselves are in the log.
 */
export const feedKind: TablesKind = {
  tables: (copy) => [
    { name: historyTable(copy), key: 'offset' },
    { name: feedTable(copy), key: 'project, offset' },
    { name: countersTable(copy), key: 'id' },
  ],
  create: (copy) => `
    CREATE TABLE ${feedTable(copy)} (
      project INTEGER NOT NULL,
      offset INTEGER NOT NULL,
      stream INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      item INTEGER NOT NULL,
      deprecated INTEGER NOT NULL,
      content_rev INTEGER NOT NULL,
      content INTEGER,
      modified INTEGER NOT NULL,
      identity TEXT,
      rest TEXT,
      PRIMARY KEY (project, offset)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX ${feedTable(copy)}_by_stream ON ${feedTable(copy)} (stream);
    CREATE TABLE ${historyTable(copy)} (
      offset INTEGER PRIMARY KEY,
      organization INTEGER NOT NULL,
      project INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ${historyTable(copy)}_of_organization ON ${historyTable(copy)} (organization);
    CREATE INDEX ${historyTable(copy)}_of_project ON ${historyTable(copy)} (project);
    ${createCounters(copy)}`,
  open: (shared, copy) => new FeedTables(shared, copy),
  checks: (copy) => [
    {
      what: 'items point to an event that does not have their source',
      sql: `SELECT f.stream FROM ${feedTable(copy)} f LEFT JOIN log l ON l.seq = f.content
            WHERE f.item = 1 AND (l.stream IS NOT f.stream OR l.revision IS NOT f.content_rev OR l.source IS NULL)`,
    },
    {
      what: 'rows lie elsewhere than the newest event of their stream',
      sql: `SELECT f.stream FROM ${feedTable(copy)} f LEFT JOIN log l ON l.seq = f.offset + 1
            WHERE l.stream IS NOT f.stream OR l.revision IS NOT f.revision`,
    },
  ],
  revision: (copy) => `SELECT revision FROM ${feedTable(copy)} WHERE stream = ?`,
};

export type FeedColumns = readonly [
  offset: number,
  revision: number,
  eventId: string,
  item: number,
  deprecated: number,
  contentRev: number,
  modified: number,
  identity: string | null,
  rest: string | null,
];

export const feedColumns = (alias: string): string =>
  ['offset', 'revision', 'event_id', 'item', 'deprecated', 'content_rev', 'modified', 'identity', 'rest']
    .map((column) => `${alias}.${column}`)
    .join(', ');

/** The entity's id, from its stream's name. */
const idIn = (stream: string, organization: string, project: string): string => stream.slice(`entity/${organization}/${project}/`.length);

export function decodeFeedRow(stream: string, organization: string, project: string, columns: FeedColumns): FeedRow {
  const [at, rev, , item, deprecated, contentRev, modified, identity, rest] = columns;
  return {
    organization,
    project,
    id: idIn(stream, organization, project) as Iri,
    item: item === 1,
    partition: partition(0),
    offset: offset(at),
    rev: revision(rev),
    contentRev: revision(contentRev),
    contentBase: baseAt(revision(contentRev - 1)),
    deprecated: deprecated === 1,
    modified: isoInstant(modified),
    ...(identity === null ? undefined : { identity: JSON.parse(identity) as NonNullable<FeedRow['identity']> }),
    ...(rest === null ? undefined : parseRest(rest)),
  };
}

/** What no column of the row says, or says otherwise. */
function deviations(stream: StreamName, at: number, value: FeedRow): Record<string, unknown> {
  const rest: Record<string, unknown> = {};
  const { organization, project, id, rev, contentRev, contentBase, modified, partition: of } = value;
  if (stream !== entityStream({ organization, project }, id)) rest['id'] = id;
  if (rev !== at) rest['rev'] = rev;
  // Not the first event of its commit.
  if (contentBase !== contentRev - 1) rest['contentBase'] = contentBase;
  if (of !== 0) rest['partition'] = of;
  if (isoInstant(Date.parse(modified)) !== modified) rest['modified'] = modified;
  return rest;
}

class FeedTables implements ProjectionTables {
  readonly #load: Query<readonly [project: number, ...FeedColumns]>;
  readonly #remove: Query;
  readonly #insert: Query;
  readonly #keep: Query;
  readonly #seq: Query<readonly [number]>;
  readonly #counters: Counters;
  /** Where rows that were loaded lie; undefined: there is none. */
  readonly #places = new Map<number, readonly [project: number, offset: number] | undefined>();

  constructor(
    private readonly shared: Shared,
    private readonly copy: number,
  ) {
    const { db } = shared;
    const feed = feedTable(copy);
    this.#load = new Query(db, `SELECT f.project, ${feedColumns('f')} FROM ${feed} f WHERE f.stream = ?`);
    this.#remove = new Query(db, `DELETE FROM ${feed} WHERE project = ? AND offset = ?`);
    this.#insert = new Query(
      db,
      `INSERT INTO ${feed}
       (project, offset, stream, revision, event_id, item, deprecated, content_rev, content, modified, identity, rest)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#keep = new Query(db, `INSERT INTO ${historyTable(copy)} (offset, organization, project) VALUES (?, ?, ?)`);
    this.#seq = new Query(db, 'SELECT seq FROM log WHERE stream = ? AND revision = ?');
    this.#counters = new Counters(db, copy, shared.cached);
  }

  load(stream: number, name: StreamName): Row<FeedRow> | undefined {
    const found = this.#load.get(stream);
    if (found === undefined) {
      this.#places.set(stream, undefined);
      return undefined;
    }
    const [project, ...columns] = found;
    this.#places.set(stream, [project, columns[0]]);
    const [organizationLabel, projectLabel] = splitProject(this.shared.read.text(project));
    const value = decodeFeedRow(name, organizationLabel, projectLabel, columns);
    return { stream: name, revision: revision(columns[1]), eventId: eventId(columns[2]), value };
  }

  absent(stream: number): void {
    this.#places.set(stream, undefined);
  }

  put(stream: number, row: Row<unknown>): void {
    const { stream: name, revision: at, eventId: id, value } = row as Row<FeedRow>;
    if (!this.#places.has(stream)) this.load(stream, name);
    const before = this.#places.get(stream);
    if (before !== undefined) this.#remove.run(...before);
    const project = this.shared.terms.idOf(`${value.organization}/${value.project}`);
    const state = this.shared.streams.find(name);
    const newest = state?.revision === value.contentRev ? state.newest : this.#seq.get(stream, value.contentRev)?.[0];
    const content = newest === undefined || newest === 0 ? null : newest;
    this.#insert.run(
      project,
      value.offset,
      stream,
      at,
      id,
      value.item ? 1 : 0,
      value.deprecated ? 1 : 0,
      value.contentRev,
      content,
      Date.parse(value.modified),
      value.identity === undefined ? null : JSON.stringify(value.identity),
      restOf(deviations(name, at, value)),
    );
    this.#places.set(stream, [project, value.offset]);
  }

  count(counters: ReadonlyMap<string, number>): void {
    this.#counters.add(counters);
  }

  keep(history: readonly HistoryRecord[]): void {
    const { terms } = this.shared;
    for (const { offset: at, organization, project } of history) {
      this.#keep.run(at, terms.idOf(organization), terms.idOf(`${organization}/${project}`));
    }
  }

  settled(): void {
    this.#places.clear();
  }

  forget(): void {
    this.#places.clear();
    this.#counters.forget();
  }

  *lines(): Iterable<string> {
    const { db, read } = this.shared;
    for (const [stream, name] of streamsOf(db, feedTable(this.copy))) {
      const row = this.load(stream, name as StreamName);
      this.#places.clear();
      if (row !== undefined) yield rowLine(row);
    }
    const history = new Query<readonly [number, number, number]>(
      db,
      `SELECT offset, organization, project FROM ${historyTable(this.copy)} ORDER BY offset`,
    );
    for (const [at, organization, project] of history.iterate()) {
      yield `history ${String(at)} ${read.text(organization)} ${read.text(project)}`;
    }
    yield* this.#counters.lines();
  }
}

/** Labels hold no `/`. */
export function splitProject(name: string): readonly [organization: string, project: string] {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}
