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
import type { Filter } from 'mongodb';
import type { MongoDatabase } from '../../database.js';
import { Counters } from '../counters.js';
import { DIRECTORY_ORDER, decodeDirectoryRow, type DirectoryDocument } from '../kinds/directory.kind.js';
import { ANYWHERE, ServedCopies } from '../served-copies.js';

type List = Parameters<typeof directoryCounterKey>[0];

/** Lists organisations and projects. */
export class MongoDirectoryReader implements DirectoryReader {
  readonly #eventual: ServedCopies;

  constructor(
    private readonly database: MongoDatabase,
    private readonly served: ServedCopies,
  ) {
    this.#eventual = new ServedCopies(database, 'eventual');
  }

  async organizations(query: DirectoryQuery): Promise<DirectoryPage<Organization>> {
    return this.#page<Organization>('orgs', query, { kind: 'organization' });
  }

  async projects(query: DirectoryQuery & { readonly organization?: string }): Promise<DirectoryPage<Project>> {
    const { organization } = query;
    return organization === undefined
      ? this.#page<Project>('projects', query, { kind: 'project' })
      : this.#page<Project>(`projects/${organization}`, query, { kind: 'project', organization });
  }

  async project(ref: ProjectRef): Promise<Project | undefined> {
    return this.#eventual.ask(async (copyOf) => {
      const rows = this.database.db.collection<DirectoryDocument>(copyOf(DIRECTORY).name, ANYWHERE);
      const found = await rows.findOne({ _id: projectStream(ref) }, { projection: { value: 1 } });
      return found === null ? undefined : (decodeDirectoryRow(found) as Project);
    });
  }

  #page<Row extends DirectoryRow>(
    list: List,
    { deprecated, label, from, size }: DirectoryQuery,
    scope: Filter<DirectoryDocument>,
  ): Promise<DirectoryPage<Row>> {
    const filter: Filter<DirectoryDocument> = {
      ...scope,
      ...(deprecated === undefined ? {} : { deprecated }),
      ...(label === undefined ? {} : { lowerLabel: { $regex: literally(label.toLowerCase()) } }),
    };
    return this.served.ask(async (copyOf) => {
      const { name } = copyOf(DIRECTORY);
      const rows = this.database.db.collection<DirectoryDocument>(name);
      const flags = deprecated === undefined ? [false, true] : [deprecated];
      const keys = flags.map((flag) => directoryCounterKey(list, flag));
      const [found, total] = await Promise.all([
        size === 0
          ? []
          : rows
              .find(filter, { projection: { value: 1 } })
              .sort(DIRECTORY_ORDER)
              .skip(from)
              .limit(size)
              .toArray(),
        label === undefined ? new Counters(this.database.db, name).sum(keys) : rows.countDocuments(filter),
      ]);
      return { total, rows: found.map((row) => decodeDirectoryRow(row) as Row) };
    });
  }
}

/** A pattern of a text and nothing else. */
const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
