import type { ListCursor, SortField } from '@headwater/read-models';
import { compareTexts, type Queries } from '../database.js';

/** A list of entities (`resources.tables.ts`): those of a project with one flag, and maybe one type or one schema. */
export interface List {
  readonly id: number;
  readonly total: number;
}

/** What a question selects: what is in all of `every`, and in one of `any` where that is given; all of it is in `all`. */
export interface Selection {
  /** What the names of the project's streams begin with. */
  readonly prefix: string;
  readonly deprecated: boolean;
  /** How many entities the project has, deprecated or not. */
  readonly whole: number;
  readonly all: List;
  readonly every: readonly List[];
  readonly any?: readonly List[];
}

/** An entity's place in a page: its value of the sort field, and its id. */
export interface Key {
  readonly key: number | string;
  readonly id: string;
  readonly stream: number;
}

export interface Sort {
  readonly field: SortField;
  readonly descending: boolean;
}

type KeyRow = readonly [key: number | string, id: string, stream: number];

/** Which part of a list's order is wanted. */
export interface KeyPage {
  readonly sort: Sort;
  readonly after: ListCursor | undefined;
  readonly from: number;
  readonly size: number;
}

const IN_ENTRIES = { _createdAt: 'e.created', _updatedAt: 'e.updated' } as const;

const NO_CURSOR = { sql: '', values: [] } as const;

/**
 * How a page and a total are found: which list is walked, and in which the entries must be found as well. Totals of single lists are kept;
 * they also say which list is the shortest, and whether it is cheaper to walk all entities in order or to sort a short list.
 */
export class ListPlan {
  constructor(
    private readonly queries: Queries,
    private readonly tables: { readonly rows: string; readonly entries: string },
  ) {}

  /** How many entries have to be looked at, at worst, for a page and its total. */
  cost({ all, whole, every, any }: Selection, { sort, from, size }: KeyPage): number {
    const page = from + size;
    const filtered = every.length > 0 || any !== undefined;
    const shortest = shortestFirst(every)[0];
    const union = any === undefined ? Infinity : totalOf(any);
    if (sort.field === '@id' && filtered) return Math.max(whole, page);
    if (any === undefined && every.length <= 1) return page;
    return Math.max(Math.min(shortest?.total ?? all.total, union), page);
  }

  /** How many entities are selected, exactly. */
  total({ all, every, any }: Selection): number {
    const [first, ...others] = shortestFirst(every);
    if (any === undefined) {
      if (first === undefined) return all.total;
      return others.length === 0 ? first.total : this.#count(first, others, [], []);
    }
    if (first !== undefined && first.total <= totalOf(any)) return this.#count(first, others, any, []);
    // Each list adds what the lists before it do not have.
    return any.reduce((sum, list, index) => {
      const before = any.slice(0, index);
      return sum + (every.length === 0 && index === 0 ? list.total : this.#count(list, every, [], before));
    }, 0);
  }

  #count(walked: List, every: readonly List[], any: readonly List[], none: readonly List[]): number {
    const filter = this.#filter(every, any, none, 'e.created', 'e.id');
    const sql = `SELECT count(*) FROM ${this.tables.entries} e WHERE e.list = ?${filter.sql}`;
    return this.queries.of<readonly [number]>(sql).get(walked.id, ...filter.values)?.[0] ?? 0;
  }

  /** The selected entities in order, from the cursor on. */
  keys(selection: Selection, page: KeyPage): readonly Key[] {
    const { all, every, any } = selection;
    const [first, ...others] = shortestFirst(every);
    if (any === undefined) return this.#walk(selection, first ?? all, others, [], page);
    if (first !== undefined && first.total <= totalOf(any)) return this.#walk(selection, first, others, any, page);
    const { sort, from, size } = page;
    const lists = any.map((list) => this.#walk(selection, list, every, [], { ...page, from: 0, size: from + size }));
    return mergeKeys(lists, sort).slice(from, from + size);
  }

  #walk(selection: Selection, walked: List, every: readonly List[], any: readonly List[], page: KeyPage): readonly Key[] {
    const { field } = page.sort;
    if (field !== '@id') return this.#inOrderOf(IN_ENTRIES[field], walked, every, any, page);
    if (!inOrderOfNames(selection, walked, page)) return this.#inOrderOf('e.id', walked, every, any, page);
    return this.#inOrderOfIds(selection, walked.id === selection.all.id ? every : [walked, ...every], any, page);
  }

  #inOrderOf(
    key: string,
    walked: List,
    every: readonly List[],
    any: readonly List[],
    { sort, after, from, size }: KeyPage,
  ): readonly Key[] {
    const filter = this.#filter(every, any, [], 'e.created', 'e.id');
    const direction = sort.descending ? 'DESC' : 'ASC';
    const order = key === 'e.id' ? `${key} ${direction}` : `${key} ${direction}, e.id ${direction}`;
    const cursor = after === undefined ? NO_CURSOR : afterCursor(key, sort, after);
    const sql = `SELECT ${key}, e.id, e.stream FROM ${this.tables.entries} e WHERE e.list = ?${cursor.sql}${filter.sql}
      ORDER BY ${order} LIMIT ? OFFSET ?`;
    const rows = this.queries.of<KeyRow>(sql).all(walked.id, ...cursor.values, ...filter.values, size, from);
    return rows.map(([value, id, stream]) => ({ key: value, id, stream }));
  }

  /** The streams' names are in the order of ids: they begin alike. */
  #inOrderOfIds(
    { prefix, deprecated }: Selection,
    every: readonly List[],
    any: readonly List[],
    { sort, after, from, size }: KeyPage,
  ): readonly Key[] {
    const id = `substr(s.name, ${String(prefix.length + 1)})`;
    const filter = this.#filter(every, any, [], 'r.created', id);
    // '0' is what comes after '/'.
    const end = `${prefix.slice(0, -1)}0`;
    const [low, high] =
      after === undefined ? [prefix, end] : sort.descending ? [prefix, `${prefix}${after.id}`] : [`${prefix}${after.id}`, end];
    const sql = `SELECT s.name, s.id FROM streams s CROSS JOIN ${this.tables.rows} r ON r.stream = s.id
      WHERE s.name > ? AND s.name < ? AND r.deprecated = ?${filter.sql} ORDER BY s.name ${sort.descending ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`;
    const rows = this.queries.of<readonly [string, number]>(sql).all(low, high, deprecated ? 1 : 0, ...filter.values, size, from);
    return rows.map(([name, stream]) => ({ key: name.slice(prefix.length), id: name.slice(prefix.length), stream }));
  }

  #filter(
    every: readonly List[],
    any: readonly List[],
    none: readonly List[],
    created: string,
    id: string,
  ): { readonly sql: string; readonly values: readonly number[] } {
    const found = (lists: string): string =>
      `EXISTS (SELECT 1 FROM ${this.tables.entries} o WHERE o.list ${lists} AND o.created = ${created} AND o.id = ${id})`;
    const oneOf = (lists: readonly List[]): string => found(`IN (${lists.map(() => '?').join(', ')})`);
    const parts = [
      ...every.map(() => ` AND ${found('= ?')}`),
      ...(any.length === 0 ? [] : [` AND ${oneOf(any)}`]),
      ...(none.length === 0 ? [] : [` AND NOT ${oneOf(none)}`]),
    ];
    return { sql: parts.join(''), values: [...every, ...any, ...none].map(({ id }) => id) };
  }
}

/**
 * Only names are kept in the order of ids. A list is either sorted as a whole, or found by walking the project's names, of which about one
 * in `whole / walked` is in it.
 */
const inOrderOfNames = ({ whole }: Selection, walked: List, { from, size }: KeyPage): boolean =>
  ((from + size) * whole) / walked.total < walked.total;

function afterCursor(
  key: string,
  { field, descending }: Sort,
  after: ListCursor,
): { readonly sql: string; readonly values: readonly (string | number)[] } {
  const beyond = descending ? '<' : '>';
  if (field === '@id') return { sql: ` AND e.id ${beyond} ?`, values: [after.id] };
  return { sql: ` AND (${key}, e.id) ${beyond} (?, ?)`, values: [after.key, after.id] };
}

/** Merges pages of keys, each in order, into one; what is in several of them is there once. */
export function mergeKeys(pages: readonly (readonly Key[])[], sort: Sort): readonly Key[] {
  if (pages.length === 1) return pages[0] ?? [];
  const byStream = new Map<number, Key>();
  for (const page of pages) for (const key of page) byStream.set(key.stream, key);
  return [...byStream.values()].sort((a, b) => compareKeys(a, b, sort));
}

function compareKeys(a: Key, b: Key, { field, descending }: Sort): number {
  const byKey = field === '@id' || a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
  return (descending ? -1 : 1) * (byKey === 0 ? compareTexts(a.id, b.id) : byKey);
}

const shortestFirst = (lists: readonly List[]): readonly List[] => [...lists].sort((a, b) => a.total - b.total);

const totalOf = (lists: readonly List[]): number => lists.reduce((sum, { total }) => sum + total, 0);
