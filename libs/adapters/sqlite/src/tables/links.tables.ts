import { eventId, revision, type Row, type StreamName } from '@headwater/event-sourcing';
import { entityStream } from '@headwater/event-contracts';
import type { Iri, Link } from '@headwater/linked-data';
import type { LinksRow } from '@headwater/read-models';
import { rowLine } from '@headwater/verification';
import { BoundedMap } from '../bounded-map.js';
import { Query, compareTexts } from '../database.js';
import { Counters, countersTable, createCounters } from './counters.js';
import { parseRest, restOf, streamsOf, type ProjectionTables, type Shared, type TablesKind } from './tables.js';
import { splitProject } from './feed.tables.js';

export const linksTable = (copy: number): string => `links_${String(copy)}`;
export const targetsTable = (copy: number): string => `targets_${String(copy)}`;
export const edgesTable = (copy: number): string => `edges_${String(copy)}`;

/**
 * `outgoing` is JSON of a flat list: target, path, types of each link, the numbers of a row of `targets` and of two terms. Incoming links
 * are an index over it, `edges`, ordered by the source's id and the path (`n` is the path's rank among the source's links to the target);
 * a target counts them, so that a total is read and not counted.
 */
export const linksKind: TablesKind = {
  tables: (copy) => [
    { name: edgesTable(copy), key: 'target, source, n' },
    { name: linksTable(copy), key: 'stream' },
    { name: targetsTable(copy), key: 'id' },
    { name: countersTable(copy), key: 'id' },
  ],
  create: (copy) => `
    CREATE TABLE ${linksTable(copy)} (
      stream INTEGER PRIMARY KEY,
      revision INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      project INTEGER NOT NULL,
      outgoing TEXT,
      rest TEXT
    ) STRICT;
    CREATE TABLE ${targetsTable(copy)} (
      id INTEGER PRIMARY KEY,
      project INTEGER NOT NULL,
      iri TEXT NOT NULL,
      incoming INTEGER NOT NULL,
      UNIQUE (project, iri)
    ) STRICT;
    CREATE TABLE ${edgesTable(copy)} (
      target INTEGER NOT NULL,
      source TEXT NOT NULL,
      n INTEGER NOT NULL,
      stream INTEGER NOT NULL,
      path INTEGER NOT NULL,
      types INTEGER NOT NULL,
      PRIMARY KEY (target, source, n)
    ) STRICT, WITHOUT ROWID;
    ${createCounters(copy)}`,
  open: (shared, copy) => new LinksTables(shared, copy),
  revision: (copy) => `SELECT revision FROM ${linksTable(copy)} WHERE stream = ?`,
};

/** A link in numbers. */
type PackedLink = readonly [target: number, path: number, types: number];

export function unpack(outgoing: string | null): readonly PackedLink[] {
  if (outgoing === null) return [];
  const numbers = JSON.parse(outgoing) as readonly number[];
  const links: PackedLink[] = [];
  for (let index = 0; index < numbers.length; index += 3) {
    links.push(numbers.slice(index, index + 3) as unknown as PackedLink);
  }
  return links;
}

interface Edge {
  readonly target: number;
  readonly n: number;
  readonly path: number;
  readonly types: number;
}

interface Loaded {
  readonly id: string;
  readonly outgoing: string | null;
  /** The links to others: what a resource says of itself is no link. */
  readonly others: readonly PackedLink[];
}

class LinksTables implements ProjectionTables {
  readonly #load: Query<readonly [revision: number, eventId: string, project: number, outgoing: string | null, rest: string | null]>;
  readonly #insert: Query;
  readonly #touch: Query;
  readonly #update: Query;
  readonly #findTarget: Query<readonly [number]>;
  readonly #addTarget: Query;
  readonly #targetOf: Query<readonly [string]>;
  readonly #incoming: Query;
  readonly #link: Query;
  readonly #unlink: Query;
  readonly #counters: Counters;
  readonly #targets: BoundedMap<string, number>;
  readonly #loaded = new Map<number, Loaded | undefined>();
  /** Changes of incoming totals that the batch has made so far: many sources may point to one target. */
  readonly #moved = new Map<number, number>();

  constructor(
    private readonly shared: Shared,
    private readonly copy: number,
  ) {
    const { db, cached } = shared;
    const [links, targets, edges] = [linksTable(copy), targetsTable(copy), edgesTable(copy)];
    this.#load = new Query(db, `SELECT revision, event_id, project, outgoing, rest FROM ${links} WHERE stream = ?`);
    this.#insert = new Query(db, `INSERT INTO ${links} (revision, event_id, project, outgoing, rest, stream) VALUES (?, ?, ?, ?, ?, ?)`);
    this.#touch = new Query(db, `UPDATE ${links} SET revision = ?, event_id = ? WHERE stream = ?`);
    this.#update = new Query(db, `UPDATE ${links} SET revision = ?, event_id = ?, project = ?, outgoing = ?, rest = ? WHERE stream = ?`);
    this.#findTarget = new Query(db, `SELECT id FROM ${targets} WHERE project = ? AND iri = ?`);
    this.#addTarget = new Query(db, `INSERT INTO ${targets} (project, iri, incoming) VALUES (?, ?, 0)`);
    this.#targetOf = new Query(db, `SELECT iri FROM ${targets} WHERE id = ?`);
    this.#incoming = new Query(db, `UPDATE ${targets} SET incoming = incoming + ? WHERE id = ?`);
    this.#link = new Query(
      db,
      `INSERT INTO ${edges} (target, source, n, stream, path, types) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (target, source, n) DO UPDATE SET path = excluded.path, types = excluded.types`,
    );
    this.#unlink = new Query(db, `DELETE FROM ${edges} WHERE target = ? AND source = ? AND n = ?`);
    this.#counters = new Counters(db, copy, cached);
    this.#targets = new BoundedMap(cached);
  }

  load(stream: number, name: StreamName): Row<LinksRow> | undefined {
    const found = this.#load.get(stream);
    if (found === undefined) {
      this.#loaded.set(stream, undefined);
      return undefined;
    }
    const [at, id, projectTerm, outgoing, rest] = found;
    const { read } = this.shared;
    const [organization, project] = splitProject(read.text(projectTerm));
    const packed = unpack(outgoing);
    const value: LinksRow = {
      organization,
      project,
      id: name.slice(`entity/${organization}/${project}/`.length) as Iri,
      outgoing: packed.map(([target, path, types]) => ({
        target: this.#iriOf(target),
        path: read.json(path) as Link['path'],
        types: read.json(types) as Link['types'],
      })),
      ...parseRest(rest),
    };
    this.#loaded.set(stream, { id: value.id, outgoing, others: othersIn(value, packed) });
    return { stream: name, revision: revision(at), eventId: eventId(id), value };
  }

  absent(stream: number): void {
    this.#loaded.set(stream, undefined);
  }

  put(stream: number, row: Row<unknown>): void {
    const { stream: name, revision: at, eventId: id, value } = row as Row<LinksRow>;
    if (!this.#loaded.has(stream)) this.load(stream, name);
    const before = this.#loaded.get(stream);
    const project = this.shared.terms.idOf(`${value.organization}/${value.project}`);
    const packed = value.outgoing.map((link) => this.#pack(project, link));
    const outgoing = packed.length === 0 ? null : JSON.stringify(packed.flat());
    if (before?.id === value.id && before.outgoing === outgoing) {
      this.#touch.run(at, id, stream);
      return;
    }
    const rest = restOf(name === entityStream(value, value.id) ? {} : { id: value.id });
    (before === undefined ? this.#insert : this.#update).run(at, id, project, outgoing, rest, stream);
    const after = { id: value.id, outgoing, others: othersIn(value, packed) };
    this.#replaceEdges(stream, before, after);
    this.#loaded.set(stream, after);
  }

  count(counters: ReadonlyMap<string, number>): void {
    for (const [target, by] of this.#moved) if (by !== 0) this.#incoming.run(by, target);
    this.#moved.clear();
    this.#counters.add(counters);
  }

  keep(): void {
    // Links have no history.
  }

  settled(): void {
    this.#loaded.clear();
  }

  forget(): void {
    this.#loaded.clear();
    this.#moved.clear();
    this.#targets.clear();
    this.#counters.forget();
  }

  *lines(): Iterable<string> {
    const { db, read } = this.shared;
    const targets = targetsTable(this.copy);
    for (const [stream, name] of streamsOf(db, linksTable(this.copy))) {
      const row = this.load(stream, name as StreamName);
      this.#loaded.clear();
      if (row !== undefined) yield rowLine(row);
    }
    const edges = new Query<readonly [number, string, string, number, string, number, number]>(
      db,
      `SELECT t.project, t.iri, e.source, e.n, s.name, e.path, e.types FROM ${targets} t
       CROSS JOIN ${edgesTable(this.copy)} e ON e.target = t.id CROSS JOIN streams s ON s.id = e.stream ORDER BY s.name, t.iri, e.n`,
    );
    for (const [project, iri, source, n, name, path, types] of edges.iterate()) {
      yield `edge ${read.text(project)} ${iri} ${source} ${String(n)} ${name} ${read.text(path)} ${read.text(types)}`;
    }
    const totals = new Query<readonly [string, string, number]>(
      db,
      `SELECT p.text, t.iri, t.incoming FROM ${targets} t JOIN terms p ON p.id = t.project WHERE t.incoming <> 0 ORDER BY p.text, t.iri`,
    );
    for (const [project, iri, incoming] of totals.iterate()) yield `incoming ${project} ${iri} ${String(incoming)}`;
    yield* this.#counters.lines();
  }

  #pack(project: number, { target, path, types }: Link): PackedLink {
    const { terms } = this.shared;
    return [this.#target(project, target), terms.idOf(JSON.stringify(path)), terms.idOf(JSON.stringify(types))];
  }

  #target(project: number, iri: string): number {
    const key = `${String(project)} ${iri}`;
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const id = this.#findTarget.get(project, iri)?.[0] ?? this.#addTarget.insert(project, iri);
    this.#targets.set(key, id);
    return id;
  }

  #iriOf(target: number): Iri {
    const [iri] = this.#targetOf.get(target) ?? [];
    if (iri === undefined) throw new Error(`There is no link target ${String(target)}.`);
    return iri as Iri;
  }

  #replaceEdges(stream: number, before: Loaded | undefined, after: Loaded): void {
    const link = ({ target, n, path, types }: Edge): void => {
      this.#link.run(target, after.id, n, stream, path, types);
      this.#moved.set(target, (this.#moved.get(target) ?? 0) + 1);
    };
    const old = this.#edgesOf(before?.others ?? []);
    if (old.length === 0) {
      this.#edgesOf(after.others).forEach(link);
      return;
    }
    const wanted = new Map(this.#edgesOf(after.others).map((edge) => [`${String(edge.target)} ${String(edge.n)}`, edge]));
    for (const { target, n, path, types } of old) {
      const key = `${String(target)} ${String(n)}`;
      const same = wanted.get(key);
      if (before?.id === after.id && same?.path === path && same.types === types) {
        wanted.delete(key);
        continue;
      }
      this.#unlink.run(target, before?.id ?? after.id, n);
      this.#moved.set(target, (this.#moved.get(target) ?? 0) - 1);
    }
    for (const edge of wanted.values()) link(edge);
  }

  /** One edge per target and path. */
  #edgesOf(links: readonly PackedLink[]): readonly Edge[] {
    const { read } = this.shared;
    const byTarget = new Map<number, Map<number, number>>();
    for (const [target, path, types] of links) {
      const paths = byTarget.get(target) ?? new Map<number, number>();
      if (!paths.has(path)) paths.set(path, types);
      byTarget.set(target, paths);
    }
    const edges: Edge[] = [];
    for (const [target, paths] of byTarget) {
      const ordered = [...paths];
      if (ordered.length > 1) ordered.sort(([a], [b]) => compareTexts(read.text(a), read.text(b)));
      ordered.forEach(([path, types], n) => edges.push({ target, n, path, types }));
    }
    return edges;
  }
}

const othersIn = ({ id, outgoing }: LinksRow, packed: readonly PackedLink[]): readonly PackedLink[] =>
  packed.filter((_, index) => outgoing[index]?.target !== id);
