import { entityStream, projectName, type ProjectRef } from '@headwater/event-contracts';
import type { Iri, Link } from '@headwater/linked-data';
import {
  LINKS,
  RESOURCES,
  type FoundLink,
  type LinksPage,
  type LinksQuery,
  type LinksReader,
  type LinksRow,
  type ListedEntity,
} from '@headwater/read-models';
import type { Collection, Filter } from 'mongodb';
import { compareTexts } from '../compare-texts.js';
import type { MongoDatabase } from '../../database.js';
import { INCOMING_INDEX, decodeLinks, linksToOthers, type LinksDocument } from '../kinds/links.kind.js';
import type { ServedCopies } from '../served-copies.js';
import type { MongoResourcesReader } from './resources.reader.js';

/** A link that was found, with its other end. */
type End = Pick<FoundLink, 'id' | 'path' | 'types'>;

/** Finds links, with what the resources projection knows of their other ends. */
export class MongoLinksReader implements LinksReader {
  constructor(
    private readonly database: MongoDatabase,
    private readonly served: ServedCopies,
    private readonly resources: MongoResourcesReader,
  ) {}

  async incoming({ project, id, from, size }: LinksQuery): Promise<LinksPage> {
    return this.served.ask(async (copyOf) => {
      const rows = this.#rows(copyOf(LINKS).name);
      const filter = { project: projectName(project), targets: id as string };
      const [sources, repetitions] = await Promise.all([
        rows.countDocuments(filter, { hint: INCOMING_INDEX.name }),
        repetitionsOf(rows, filter.project, id),
      ]);
      const total = sources + repetitions;
      if (from >= total || size === 0) return { total, links: [] };
      const ends =
        repetitions === 0 ? await onePerSource(rows, filter, id, from, size) : await severalPerSource(rows, filter, id, from, size);
      return { total, links: await this.#found(copyOf(RESOURCES).name, project, ends) };
    });
  }

  async outgoing({
    project,
    id,
    from,
    size,
    includeExternalLinks,
  }: LinksQuery & { readonly includeExternalLinks: boolean }): Promise<LinksPage> {
    return this.served.ask(async (copyOf) => {
      const row = await this.#rows(copyOf(LINKS).name).findOne({ _id: entityStream(project, id) }, { projection: { value: 1 } });
      const all = row === null ? [] : linksToOthers(decodeLinks(row)).map(({ target, path, types }): End => ({ id: target, path, types }));
      const resources = copyOf(RESOURCES).name;
      const links = includeExternalLinks ? all : await this.#internal(resources, project, all);
      return { total: links.length, links: await this.#found(resources, project, links.slice(from, from + size)) };
    });
  }

  async #internal(resources: string, project: ProjectRef, ends: readonly End[]): Promise<readonly End[]> {
    if (ends.length === 0) return ends;
    const existing = await this.resources.existingIn(
      resources,
      project,
      ends.map(({ id }) => id),
    );
    return ends.filter(({ id }) => existing.has(id));
  }

  async #found(resources: string, project: ProjectRef, ends: readonly End[]): Promise<readonly FoundLink[]> {
    const entities = await this.resources.listedIn(
      resources,
      project,
      ends.map(({ id }) => id),
    );
    return ends.map((end, index) => withEntity(end, entities[index]));
  }

  #rows(copy: string): Collection<LinksDocument> {
    return this.database.db.collection<LinksDocument>(copy);
  }
}

const withEntity = (end: End, entity: ListedEntity | undefined): FoundLink => (entity === undefined ? end : { ...end, entity });

/** How many links there are to a target besides the first of each source. */
async function repetitionsOf(rows: Collection<LinksDocument>, project: string, target: string): Promise<number> {
  const [counted] = await rows
    .aggregate<{ readonly links: number }>([
      { $match: { project, 'repeated.target': target, repeated: { $exists: true } } },
      { $unwind: '$repeated' },
      { $match: { 'repeated.target': target } },
      { $group: { _id: null, links: { $sum: { $subtract: ['$repeated.links', 1] } } } },
    ])
    .toArray();
  return counted?.links ?? 0;
}

async function onePerSource(
  rows: Collection<LinksDocument>,
  filter: Filter<LinksDocument>,
  target: Iri,
  from: number,
  size: number,
): Promise<readonly End[]> {
  const found = await rows
    .find(filter, { projection: { value: 1 }, batchSize: size + 1 })
    .hint(INCOMING_INDEX.name)
    .sort({ _id: 1 })
    .skip(from)
    .limit(size)
    .toArray();
  return found.flatMap((row) => endsIn(decodeLinks(row), target)).slice(0, size);
}

/** A page of links where sources have several: the server counts them off, each source's by their number. */
async function severalPerSource(
  rows: Collection<LinksDocument>,
  filter: Filter<LinksDocument>,
  target: Iri,
  from: number,
  size: number,
): Promise<readonly End[]> {
  const ofTarget = { $filter: { input: { $ifNull: ['$repeated', []] }, as: 'one', cond: { $eq: ['$$one.target', target] } } };
  const links = { $ifNull: [{ $first: { $map: { input: ofTarget, as: 'one', in: '$$one.links' } } }, 1] };
  const places = await rows
    .aggregate<{ readonly _id: string; readonly n: number }>(
      [
        { $match: filter },
        { $sort: { _id: 1 } },
        { $project: { n: { $range: [0, links] } } },
        { $unwind: '$n' },
        { $skip: from },
        { $limit: size },
      ],
      { hint: INCOMING_INDEX.name, batchSize: size + 1 },
    )
    .toArray();
  const sources = [...new Set(places.map(({ _id }) => _id))];
  const found = await rows.find({ _id: { $in: sources } }, { projection: { value: 1 }, batchSize: sources.length + 1 }).toArray();
  const ends = new Map(found.map((row) => [row._id, endsIn(decodeLinks(row), target)]));
  // A source that was changed meanwhile may have fewer now.
  return places.flatMap(({ _id, n }) => ends.get(_id)?.[n] ?? []);
}

/** The links of a row to a target, by path; their other end is the row's. */
function endsIn(row: LinksRow, target: Iri): readonly End[] {
  const pathOf = ({ path }: Link): string => JSON.stringify(path);
  return linksToOthers(row)
    .filter((link) => link.target === target)
    .sort((a, b) => compareTexts(pathOf(a), pathOf(b)))
    .map(({ path, types }) => ({ id: row.id, path, types }));
}
