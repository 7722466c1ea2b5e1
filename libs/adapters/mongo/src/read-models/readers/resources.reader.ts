import { type EventStore, type Row, type StreamName } from '@headwater/event-sourcing';
import { entityStream, type ProjectRef } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import {
  RESOURCES,
  type EntityRow,
  type Latest,
  type ListPage,
  type ListQuery,
  type ListedEntity,
  type ResourcesReader,
} from '@headwater/read-models';
import type { Collection } from 'mongodb';
import type { MongoDatabase } from '../../database.js';
import { Counters } from '../counters.js';
import { LIST_INDEXES, decodeEntity, decodeListed, type ResourceDocument } from '../kinds/resources.kind.js';
import { Parked } from '../parked.js';
import { ANYWHERE, ServedCopies } from '../served-copies.js';
import { SharedLookup } from './shared-lookup.js';
import { cursorOf, isCounted, orderOf, pageOf, selected, selectionOf, type Selection } from './list-query.js';

/** Fetches and lists entities. */
export class MongoResourcesReader implements ResourcesReader {
  readonly #eventual: ServedCopies;
  /** Of the copy that was asked last: there are two only while another one takes its place. */
  #latest: { readonly copy: string; readonly rows: SharedLookup<ResourceDocument> } | undefined;

  constructor(
    private readonly database: MongoDatabase,
    private readonly served: ServedCopies,
    private readonly events: Pick<EventStore, 'newest'>,
  ) {
    this.#eventual = new ServedCopies(database, 'eventual');
  }

  async latest(stream: StreamName): Promise<Latest> {
    const [copy] = await this.served.names([RESOURCES]);
    // Before a projector has run for the first time there are no rows: whoever asks folds what the event store has.
    if (copy === undefined) {
      const [commit] = await this.events.newest([stream]);
      return { newest: commit?.revision ?? 0 };
    }
    return this.served.ask(async (copyOf) => {
      const { name } = copyOf(RESOURCES);
      const [found, [commit]] = await Promise.all([this.#latestIn(name).of(stream), this.events.newest([stream])]);
      const newest = commit?.revision ?? 0;
      const row = found === undefined ? {} : { row: decodeEntity(found) };
      // A row that is where its stream is cannot be parked.
      if ((found?.rev ?? 0) >= newest) return { ...row, newest };
      const parked = (await new Parked(this.database.db, RESOURCES, name).among([stream])).get(stream);
      return { ...row, newest, ...(parked === undefined ? {} : { parkedAt: parked.at }) };
    });
  }

  #latestIn(copy: string): SharedLookup<ResourceDocument> {
    if (this.#latest?.copy !== copy) {
      const rows = this.#rows(copy);
      this.#latest = {
        copy,
        rows: new SharedLookup(async (streams) => {
          const found = await rows.find({ _id: { $in: [...streams] } }, { batchSize: streams.length + 1 }).toArray();
          return new Map(found.map((document) => [document._id, document]));
        }),
      };
    }
    return this.#latest.rows;
  }

  async applied(stream: StreamName): Promise<Row<EntityRow> | undefined> {
    return this.#eventual.ask(async (copyOf) => {
      const rows = this.database.db.collection<ResourceDocument>(copyOf(RESOURCES).name, ANYWHERE);
      const found = await rows.findOne({ _id: stream });
      return found === null ? undefined : decodeEntity(found);
    });
  }

  async list(query: ListQuery): Promise<ListPage> {
    return this.served.ask(async (copyOf) => {
      const { name } = copyOf(RESOURCES);
      const selection = selectionOf(query);
      const [only, ...others] = selection;
      if (only !== undefined && others.length === 0 && isCounted(selection, query)) {
        const [total, page] = await Promise.all([this.#counters(name).sum(only), this.#page(name, query, selection, 0)]);
        return { total, ...page };
      }
      const walked = await this.#shortest(name, selection);
      if (walked === undefined) return { total: 0, entities: [] };
      const [total, page] = await Promise.all([this.#count(name, selection), this.#page(name, query, selection, walked)]);
      return { total, ...page };
    });
  }

  /** Which of the groups has the fewest rows; undefined where one has none, so that nothing is selected. */
  async #shortest(copy: string, selection: Selection): Promise<number | undefined> {
    const totals = await this.#counters(copy).totals(selection.flat());
    const sums = selection.map((group) => group.reduce((sum, list) => sum + (totals.get(list) ?? 0), 0));
    const fewest = Math.min(...sums);
    return fewest === 0 ? undefined : sums.indexOf(fewest);
  }

  #counters(copy: string): Counters {
    return new Counters(this.database.db, copy);
  }

  #count(copy: string, selection: Selection): Promise<number> {
    return this.#rows(copy).countDocuments(selected(selection), { hint: LIST_INDEXES['@id'].name });
  }

  async #page(copy: string, query: ListQuery, selection: Selection, walked: number): Promise<Pick<ListPage, 'entities' | 'next'>> {
    const { sort, page, size } = query;
    const found = await this.#rows(copy)
      .find(pageOf(selection, walked, query), { projection: { created: 1, updated: 1, listed: 1 }, batchSize: size + 2 })
      .hint(LIST_INDEXES[sort.field].name)
      .sort(orderOf(sort))
      .skip('from' in page ? page.from : 0)
      // One more than asked tells whether there is a next page.
      .limit(size + 1)
      .toArray();
    const shown = found.slice(0, size);
    const entities = shown.map(decodeListed);
    const [last, id] = [shown.at(-1), entities.at(-1)?.entity.id];
    if (found.length <= size || last === undefined || id === undefined) return { entities };
    return { entities, next: cursorOf(sort.field, last, id) };
  }

  async listed(project: ProjectRef, ids: readonly Iri[]): Promise<readonly (ListedEntity | undefined)[]> {
    if (ids.length === 0) return [];
    return this.served.ask((copyOf) => this.listedIn(copyOf(RESOURCES).name, project, ids));
  }

  /** The same, from a copy that the caller has chosen. */
  async listedIn(copy: string, project: ProjectRef, ids: readonly Iri[]): Promise<readonly (ListedEntity | undefined)[]> {
    if (ids.length === 0) return [];
    const streams = ids.map((id): string => entityStream(project, id));
    const asked = [...new Set(streams)];
    const found = await this.#rows(copy)
      .find({ _id: { $in: asked } }, { projection: { listed: 1 }, batchSize: asked.length + 1 })
      .toArray();
    const entities = new Map(found.map((document) => [document._id, decodeListed(document)]));
    return streams.map((stream) => entities.get(stream));
  }

  /** Those of the ids that are entities of the project. */
  async existingIn(copy: string, project: ProjectRef, ids: readonly Iri[]): Promise<ReadonlySet<Iri>> {
    const byStream = new Map(ids.map((id) => [entityStream(project, id) as string, id]));
    const asked = [...byStream.keys()];
    const found = await this.#rows(copy)
      .find({ _id: { $in: asked } }, { projection: { _id: 1 }, batchSize: asked.length + 1 })
      .toArray();
    return new Set(found.flatMap(({ _id }) => byStream.get(_id) ?? []));
  }

  #rows(copy: string): Collection<ResourceDocument> {
    return this.database.db.collection<ResourceDocument>(copy);
  }
}
