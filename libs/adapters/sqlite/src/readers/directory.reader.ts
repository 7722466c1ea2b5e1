import type { Organization, Project } from '@headwater/directory';
import { projectStream, type ProjectRef } from '@headwater/event-contracts';
import {
  DIRECTORY,
  directoryCounterKey,
  type DirectoryPage,
  type DirectoryQuery,
  type DirectoryReader,
  type DirectoryRow,
} from '@headwater/read-models';
import { Queries, Query, asking, inSnapshot } from '../database.js';
import { countersTable } from '../tables/counters.js';
import { directoryTable } from '../tables/directory.tables.js';
import { PerCopy, type Served } from './served.js';

type List = Parameters<typeof directoryCounterKey>[0];

interface Statements {
  readonly queries: Queries;
  readonly table: string;
  readonly total: Query<readonly [number]>;
  readonly byName: Query<readonly [value: string]>;
}

/** Lists organisations and projects. */
export class SqliteDirectoryReader implements DirectoryReader {
  readonly #statements: PerCopy<Statements>;

  constructor(private readonly served: Served) {
    const { db } = served;
    this.#statements = new PerCopy(served, DIRECTORY, (copy) => ({
      queries: new Queries(db),
      table: directoryTable(copy),
      total: new Query(db, `SELECT total FROM ${countersTable(copy)} WHERE key = ?`),
      byName: new Query(db, `SELECT d.value FROM streams s CROSS JOIN ${directoryTable(copy)} d ON d.stream = s.id WHERE s.name = ?`),
    }));
  }

  async organizations(query: DirectoryQuery): Promise<DirectoryPage<Organization>> {
    return this.#page<Organization>('orgs', query, ['kind = ?'], ['organization']);
  }

  async projects(query: DirectoryQuery & { readonly organization?: string }): Promise<DirectoryPage<Project>> {
    const { organization } = query;
    return organization === undefined
      ? this.#page<Project>('projects', query, ['kind = ?'], ['project'])
      : this.#page<Project>(`projects/${organization}`, query, ['kind = ?', 'organization = ?'], ['project', organization]);
  }

  async project(ref: ProjectRef): Promise<Project | undefined> {
    const found = asking(() => this.#statements.now.byName.get(projectStream(ref)));
    return found === undefined ? undefined : (JSON.parse(found[0]) as Project);
  }

  #page<Row extends DirectoryRow>(
    list: List,
    { deprecated, label, from, size }: DirectoryQuery,
    scope: readonly string[],
    scoped: readonly string[],
  ): DirectoryPage<Row> {
    const { queries, table, total } = this.#statements.now;
    const where = [
      ...scope,
      ...(deprecated === undefined ? [] : ['deprecated = ?']),
      ...(label === undefined ? [] : ['instr(lower(label), ?) > 0']),
    ];
    const values = [
      ...scoped,
      ...(deprecated === undefined ? [] : [deprecated ? 1 : 0]),
      ...(label === undefined ? [] : [label.toLowerCase()]),
    ];
    const condition = where.join(' AND ');
    return inSnapshot(this.served.db, () => {
      const rows = queries
        .of<readonly [string]>(`SELECT value FROM ${table} WHERE ${condition} ORDER BY created, label, organization LIMIT ? OFFSET ?`)
        .all(...values, size, from)
        .map(([value]) => JSON.parse(value) as Row);
      if (label !== undefined) {
        const [count] = queries.of<readonly [number]>(`SELECT count(*) FROM ${table} WHERE ${condition}`).get(...values) ?? [0];
        return { total: count, rows };
      }
      const flags = deprecated === undefined ? [false, true] : [deprecated];
      return { total: flags.reduce((sum, flag) => sum + (total.get(directoryCounterKey(list, flag))?.[0] ?? 0), 0), rows };
    });
  }
}
