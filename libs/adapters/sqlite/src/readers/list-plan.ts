import type { ListCursor, SortField } from '@headwater/read-models';
import { compareTexts, type Queries } from '../database.js';

/** A list of entities (`resources.tables.ts`): those of a project with one flag, and maybe one type or one schema. */
export interface List {
  readonly id: number;
  readonly total: number;
}

/** What a question selects: what is in all of `every`, and in one of `any` where that is given; all of it is in `all`. */
export interface Selection {
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

const IN_ENTRIES = { _createdAt: 'e.created', _updatedAt: 'e.updated', '@id': 'e.id' } as const;

/**
 * How a page and a total are found: which list is walked, and in which the entries must be found as well. Totals of single lists are kept;
 * they also say which list is the shortest, and whether it is cheaper to walk all entities in order or to sort a short list.
 */
export class ListPlan {
  constructor(
    private readonly queries: Queries,
    private readonly tables: { readonly rows: string; readonly entries: string },
  ) {}

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
    const filter = this.#filter(every, any, none, 'e');
    const sql = `SELECT count(*) FROM ${this.tables.entries} e WHERE e.list = ?${filter.sql}`;
    return this.queries.of<readonly [number]>(sql).get(walked.id, ...filter.values)?.[0] ?? 0;
  }

  /** The selected entities in order, from the cursor on. */
  keys({ all, every, any }: Selection, sort: Sort, after: ListCursor | undefined, from: number, size: number): readonly Key[] {
    const [first, ...others] = shortestFirst(every);
    if (any === undefined) return this.#walk(all, first ?? all, others, [], sort, after, from, size);
    if (first !== undefined && first.total <= totalOf(any)) return this.#walk(all, first, others, any, sort, after, from, size);
    const lists = any.map((list) => this.#walk(all, list, every, [], sort, after, 0, from + size));
    return mergeKeys(lists, sort).slice(from, from + size);
  }

  #walk(
    all: List,
    walked: List,
    every: readonly List[],
    any: readonly List[],
    sort: Sort,
    after: ListCursor | undefined,
    from: number,
    size: number,
  ): readonly Key[] {
    if (sort.field === '@id' && this.#inOrderOfIds(all, walked, from + size)) {
      const must = walked.id === all.id ? every : [walked, ...every];
      return this.#select(`${this.tables.rows} e`, 'e.id', [all.id], must, any, sort, after, from, size);
    }
    const key = IN_ENTRIES[sort.field];
    return this.#select(`${this.tables.entries} e`, key, [walked.id], every, any, sort, after, from, size);
  }

  /**
   * Only the list of all entities is kept in the order of ids. A shorter one is either sorted as a whole, or found by walking all entities,
   * of which about one in `all / walked` is in it.
   */
  #inOrderOfIds(all: List, walked: List, wanted: number): boolean {
    return walked.id === all.id || (wanted * all.total) / walked.total < walked.total;
  }

  #select(
    table: string,
    key: string,
    list: readonly number[],
    every: readonly List[],
    any: readonly List[],
    sort: Sort,
    after: ListCursor | undefined,
    from: number,
    size: number,
  ): readonly Key[] {
    const filter = this.#filter(every, any, [], 'e');
    const cursor = after === undefined ? { sql: '', values: [] } : afterCursor(key, sort, after);
    const direction = sort.descending ? 'DESC' : 'ASC';
    const order = sort.field === '@id' ? `e.id ${direction}` : `${key} ${direction}, e.id ${direction}`;
    const sql = `SELECT ${key}, e.id, e.stream FROM ${table} WHERE e.list = ?${cursor.sql}${filter.sql} ORDER BY ${order} LIMIT ? OFFSET ?`;
    const rows = this.queries.of<KeyRow>(sql).all(...list, ...cursor.values, ...filter.values, size, from);
    return rows.map(([value, id, stream]) => ({ key: value, id, stream }));
  }

  #filter(
    every: readonly List[],
    any: readonly List[],
    none: readonly List[],
    alias: string,
  ): { readonly sql: string; readonly values: readonly number[] } {
    const found = (lists: string): string =>
      `EXISTS (SELECT 1 FROM ${this.tables.entries} o WHERE o.list ${lists} AND o.created = ${alias}.created AND o.id = ${alias}.id)`;
    const oneOf = (lists: readonly List[]): string => found(`IN (${lists.map(() => '?').join(', ')})`);
    const parts = [
      ...every.map(() => ` AND ${found('= ?')}`),
      ...(any.length === 0 ? [] : [` AND ${oneOf(any)}`]),
      ...(none.length === 0 ? [] : [` AND NOT ${oneOf(none)}`]),
    ];
    return { sql: parts.join(''), values: [...every, ...any, ...none].map(({ id }) => id) };
  }
}

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
