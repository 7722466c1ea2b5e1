import { revision, type Row, type StreamName } from '@headwater/event-sourcing';
import { entityStream, type ProjectRef } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import {
  RESOURCES,
  counterKey,
  type EntityRow,
  type Latest,
  type ListCursor,
  type ListPage,
  type ListQuery,
  type ListedEntity,
  type ResourcesReader,
} from '@headwater/read-models';
import { Queries, Query, asking, inSnapshot } from '../database.js';
import { countersTable } from '../tables/counters.js';
import { decodeEntity, decodeRow, entityColumns, type EntityColumns } from '../tables/resources.row.js';
import { entriesTable, resourcesTable } from '../tables/resources.tables.js';
import { PerCopy, type Served } from './served.js';
import { ListPlan, mergeKeys, type Key, type KeyPage, type List, type Selection } from './list-plan.js';

type LatestRow = readonly [newest: number, parkedAt: number | null, compacted: string | null, ...EntityColumns];

type AppliedRow = readonly [compacted: string, ...EntityColumns];

interface Statements {
  readonly latest: Query<LatestRow>;
  readonly applied: Query<AppliedRow>;
  readonly list: Query<readonly [id: number, total: number]>;
  /** The rows of a JSON list of streams, in its order. */
  readonly rows: Query<EntityColumns>;
  readonly byName: Query<EntityColumns>;
  readonly byStream: Query<EntityColumns>;
  readonly plan: ListPlan;
}

/** Who answers the listings that would take too long on this thread. */
export interface LongListings {
  /** What a listing may walk here. */
  readonly rows: number;
  list(query: ListQuery): Promise<ListPage>;
}

/** Fetches and lists entities. */
export class SqliteResourcesReader implements ResourcesReader {
  readonly #statements: PerCopy<Statements>;

  constructor(
    private readonly served: Served,
    private readonly long?: LongListings,
  ) {
    const { db } = served;
    this.#statements = new PerCopy(served, RESOURCES, (copy) => {
      const rows = resourcesTable(copy);
      return {
        // One statement is one snapshot: the row, how far the stream has come, and whether it is parked.
        latest: new Query(
          db,
          `SELECT s.revision, (SELECT min(p.revision) FROM parked p WHERE p.copy = ${copy} AND p.stream = s.id),
                  ifnull(r.compacted, l.compacted), ${entityColumns('r')}
           FROM streams s LEFT JOIN ${rows} r ON r.stream = s.id LEFT JOIN log l ON l.seq = r.content WHERE s.name = ?`,
        ),
        applied: new Query(
          db,
          `SELECT ifnull(r.compacted, l.compacted), ${entityColumns('r')}
           FROM streams s CROSS JOIN ${rows} r ON r.stream = s.id LEFT JOIN log l ON l.seq = r.content WHERE s.name = ?`,
        ),
        list: new Query(db, `SELECT id, total FROM ${countersTable(copy)} WHERE key = ?`),
        rows: new Query(db, `SELECT ${entityColumns('r')} FROM json_each(?) j CROSS JOIN ${rows} r ON r.stream = j.value`),
        byName: new Query(db, `SELECT ${entityColumns('r')} FROM streams s CROSS JOIN ${rows} r ON r.stream = s.id WHERE s.name = ?`),
        byStream: new Query(db, `SELECT ${entityColumns('r')} FROM ${rows} r WHERE r.stream = ?`),
        plan: new ListPlan(new Queries(db), { rows, entries: entriesTable(copy) }),
      };
    });
  }

  async latest(stream: StreamName): Promise<Latest> {
    const found = asking(() => this.#statements.now.latest.get(stream));
    if (found === undefined) return { newest: 0 };
    const [newest, parkedAt, compacted, ...columns] = found;
    return {
      newest: newest === 0 ? 0 : revision(newest),
      ...(parkedAt === null ? undefined : { parkedAt: revision(parkedAt) }),
      ...(compacted === null ? undefined : { row: decodeRow(stream, columns, compacted, this.served.terms) }),
    };
  }

  async applied(stream: StreamName): Promise<Row<EntityRow> | undefined> {
    const found = asking(() => this.#statements.now.applied.get(stream));
    if (found === undefined) return undefined;
    const [compacted, ...columns] = found;
    return decodeRow(stream, columns, compacted, this.served.terms);
  }

  async list(query: ListQuery): Promise<ListPage> {
    const page = inSnapshot(this.served.db, () => this.#listNow(query));
    return page ?? this.#answeredElsewhere(query);
  }

  /** @returns undefined where it would take too long on this thread. */
  #listNow(query: ListQuery): ListPage | undefined {
    const { sort, size, page } = query;
    const { plan, rows } = this.#statements.now;
    const flags = query.deprecated === undefined ? [false, true] : [query.deprecated];
    const selections = flags.map((deprecated) => this.#selection(query, deprecated)).filter((selection) => selection !== undefined);
    const [after, from] = 'after' in page ? [page.after, 0] : [undefined, page.from];
    // One more than asked tells whether there is a next page.
    const wanted: KeyPage = { sort, after, from, size: size + 1 };
    if (this.long !== undefined) {
      const cost = selections.reduce((sum, selection) => sum + plan.cost(selection, wanted), 0);
      if (cost > this.long.rows) return undefined;
    }
    const total = selections.reduce((sum, selection) => sum + plan.total(selection), 0);
    const keys = this.#keys(selections, wanted);
    const shown = keys.slice(0, size);
    const found = rows.all(JSON.stringify(shown.map(({ stream }) => stream)));
    const entities = shown.map(({ id, stream }, index) => {
      const columns = found[index];
      if (columns === undefined) throw new Error(`A list names the stream ${stream}, which has no row.`);
      return decodeEntity(id as Iri, columns, this.served.terms);
    });
    const last = shown.at(-1);
    const next: ListCursor | undefined = keys.length > size && last !== undefined ? { key: last.key, id: last.id as Iri } : undefined;
    return { total, entities, ...(next === undefined ? {} : { next }) };
  }

  #answeredElsewhere(query: ListQuery): Promise<ListPage> {
    if (this.long === undefined) throw new Error('There is nobody else to answer.');
    return this.long.list(query);
  }

  #keys(selections: readonly Selection[], page: KeyPage): readonly Key[] {
    const { plan } = this.#statements.now;
    const [first, ...others] = selections;
    if (first === undefined) return [];
    if (others.length === 0) return plan.keys(first, page);
    const { sort, from, size } = page;
    const pages = selections.map((selection) => plan.keys(selection, { ...page, from: 0, size: from + size }));
    return mergeKeys(pages, sort).slice(from, from + size);
  }

  async listed(project: ProjectRef, ids: readonly Iri[]): Promise<readonly (ListedEntity | undefined)[]> {
    return inSnapshot(this.served.db, () => ids.map((id) => this.listedNow(project, id)));
  }

  /** One entity without its document; inside the caller's transaction. */
  listedNow(project: ProjectRef, id: Iri): ListedEntity | undefined {
    const columns = this.#statements.now.byName.get(entityStream(project, id));
    return columns === undefined ? undefined : decodeEntity(id, columns, this.served.terms);
  }

  /** The same, where the stream's number is known. */
  listedAt(stream: number, id: Iri): ListedEntity | undefined {
    const columns = this.#statements.now.byStream.get(stream);
    return columns === undefined ? undefined : decodeEntity(id, columns, this.served.terms);
  }

  /** The lists that a question is about, with their totals; undefined where nothing can be in them. */
  #selection({ project: { organization, project }, types, typeOperator, schema }: ListQuery, deprecated: boolean): Selection | undefined {
    const list = (filter: Parameters<typeof counterKey>[3], flag = deprecated): List | undefined => {
      const [id, total] = this.#statements.now.list.get(counterKey(organization, project, flag, filter)) ?? [];
      return id === undefined || total === undefined || total === 0 ? undefined : { id, total };
    };
    const all = list('');
    if (all === undefined) return undefined;
    const ofTypes = [...new Set(types)].map((type) => list(`t${type}`));
    const any = types.length > 0 && typeOperator === 'or' ? ofTypes.filter((one) => one !== undefined) : undefined;
    if (any?.length === 0) return undefined;
    const every = [...(any === undefined ? ofTypes : []), ...(schema === undefined ? [] : [list(`s${schema}`)])];
    const known = every.filter((one) => one !== undefined);
    if (known.length < every.length) return undefined;
    // A list that everything is in leaves nothing out.
    const telling = known.filter(({ total }) => total < all.total);
    const choice = any?.some(({ total }) => total === all.total) === true ? undefined : any;
    const whole = all.total + (list('', !deprecated)?.total ?? 0);
    return {
      prefix: entityStream({ organization, project }, '' as Iri),
      deprecated,
      whole,
      all,
      every: telling,
      ...(choice === undefined ? {} : { any: choice }),
    };
  }
}
