import {
  BEFORE_FIRST,
  eventId,
  markOf,
  offset,
  partition,
  revision,
  startOf,
  streamName,
  type FeedPosition,
  type LogEntry,
  type StoredEvent,
} from '@headwater/event-sourcing';
import { projectName, type ProjectRef } from '@headwater/event-contracts';
import {
  FEED,
  PositionLost,
  type ChangedItem,
  type ChangesPage,
  type FeedReader,
  type FeedScope,
  type HistoryBound,
  type HistoryPage,
} from '@headwater/read-models';
import type { ClientSession, Collection, Filter } from 'mongodb';
import { causalRead } from '../../causal-read.js';
import type { MongoDatabase } from '../../database.js';
import { SeenTime } from '../../seen-time.js';
import { historyIn, type HistoryDocument } from '../history.js';
import { CHANGES_INDEX, decodeFeedRow, type FeedDocument } from '../kinds/feed.kind.js';
import type { ServedCopies, ServedCopy } from '../served-copies.js';
import { WATERMARKS_COLLECTION, type WatermarkDocument } from '../watermarks.js';
import { FeedAdvance, type AdvanceOptions } from './feed-advance.js';
import { FeedBounds, type Range } from './feed-bounds.js';
import { LoggedEvents, type EventKey } from './logged-events.js';
import { pagedLookup } from './paged-lookup.js';

export interface FeedReaderOptions extends AdvanceOptions {
  /** Characters of a page's events or sources; a page holds at least one. */
  readonly pageCharacters: number;
}

/** Partitions that one question walks: each is a walk of its own through the index, of which the server merges the results. */
const PARTITIONS_AT_ONCE = 16;

/**
 * Reads the feed. The bounds of a page are read first, and what is read after them is at least as new, also where another primary was elected
 * between (a causally consistent session): a row that moves meanwhile moves beyond the bounds, never behind the position that the page ends at.
 */
export class MongoFeedReader implements FeedReader {
  readonly #watermarks: Collection<WatermarkDocument>;
  readonly #logged: LoggedEvents;
  readonly #advance: FeedAdvance;
  readonly #seen: SeenTime;

  constructor(
    private readonly database: MongoDatabase,
    private readonly served: ServedCopies,
    private readonly options: FeedReaderOptions,
  ) {
    this.#watermarks = database.db.collection<WatermarkDocument>(WATERMARKS_COLLECTION);
    this.#logged = new LoggedEvents(database.db);
    this.#seen = new SeenTime(database.client);
    this.#advance = new FeedAdvance(database, served, this.#seen, options);
  }

  async head(): Promise<FeedPosition> {
    return this.served.ask(async (copyOf) => {
      const { name, epoch } = copyOf(FEED);
      return (await FeedBounds.read(this.#watermarks, name)).all(startOf(epoch));
    });
  }

  async start(): Promise<FeedPosition> {
    return this.served.ask((copyOf) => Promise.resolve(startOf(copyOf(FEED).epoch)));
  }

  async verify(position: FeedPosition): Promise<void> {
    await this.served.ask(async (copyOf) => {
      const copy = copyOf(FEED);
      if (position.epoch !== copy.epoch) throw new PositionLost('The position is of another life of the log.');
      const places = [...position.partitions]
        .filter(([, { offset: at }]) => at !== BEFORE_FIRST)
        .map(([of, { offset: at, mark }]) => ({ place: { partition: of, offset: at }, mark }));
      if (places.length === 0) return;
      const marks = await this.#marks(
        copy,
        places.map(({ place }) => place),
      );
      for (const { place, mark } of places) {
        const found = marks.get(placeText(place));
        const where = `${String(place.offset)} of partition ${String(place.partition)}`;
        if (found === undefined) throw new PositionLost(`The feed has no event at ${where}.`);
        if (found !== mark) throw new PositionLost(`The feed has another event at ${where}.`);
      }
    });
  }

  /** Of the events at these places. A copy that took another one's place just now may not have come as far yet as that one had. */
  async #marks(copy: ServedCopy, places: readonly HistoryDocument['_id'][]): Promise<ReadonlyMap<string, string>> {
    const marks = new Map<string, string>();
    for (const name of [copy.name, ...copy.before]) {
      const missing = places.filter((place) => !marks.has(placeText(place)));
      if (missing.length === 0) break;
      const options = { projection: { eventId: 1 }, batchSize: missing.length + 1 };
      const found = await historyIn(this.database.db, name)
        .find({ _id: { $in: missing } }, options)
        .toArray();
      for (const { _id, eventId: id } of found) marks.set(placeText(_id), markOf(eventId(id)));
    }
    return marks;
  }

  async history(scope: FeedScope, after: FeedPosition, limit: number, bound: HistoryBound = 'now'): Promise<HistoryPage> {
    return this.#page(
      after,
      async (copy, bounds, ranges, session) => {
        const records = await this.#walk(ranges, limit + 1, (part, most) => {
          const filter = anyOf(part.map(({ partition: of, from, to }) => ({ ...scoped(scope), _id: placesIn(of, from, to) })));
          return historyIn(this.database.db, copy)
            .find(filter, { ...causalRead(session), batchSize: most + 1 })
            .sort({ _id: 1 })
            .limit(most)
            .toArray();
        });
        const found = await pagedLookup(
          records.slice(0, limit),
          this.options.pageCharacters,
          (keys: readonly EventKey[]) => this.#logged.events(keys, session),
          charactersOf,
        );
        const entries = found.map(([record, event]) => entryOf(record, event));
        const last = found.at(-1)?.[0];
        if (last === undefined || found.length === records.length) return { entries, position: bounds.all(after), more: false };
        return { entries, position: bounds.upTo(after, { ...last._id, eventId: last.eventId }), more: true };
      },
      () => ({ entries: [], position: after, more: false }),
      bound,
    );
  }

  async changes(project: ProjectRef, since: FeedPosition, limit: number): Promise<ChangesPage> {
    return this.#page(
      since,
      async (copy, bounds, ranges, session) => {
        const feed = this.database.db.collection<FeedDocument>(copy);
        const rows = await this.#walk(ranges, limit + 1, (part, most) => {
          const range = ({ partition: of, from, to }: Range): Filter<FeedDocument> => ({
            project: projectName(project),
            item: true,
            partition: of,
            offset: { $gt: from, $lte: to },
          });
          const found = feed.find(anyOf(part.map(range)), { ...causalRead(session), batchSize: most + 1 }).hint(CHANGES_INDEX.name);
          return found.sort({ partition: 1, offset: 1 }).limit(most).toArray();
        });
        const found = await pagedLookup(
          rows.slice(0, limit),
          this.options.pageCharacters,
          (asked) =>
            this.#logged.sources(
              asked.map(({ _id, contentBase, contentRev }) => ({ stream: _id, base: contentBase, revision: contentRev })),
              session,
            ),
          (source) => source.length,
        );
        const items = found.map(([row, source]): ChangedItem => ({ row: decodeFeedRow(row), source }));
        const last = found.at(-1)?.[0];
        if (last === undefined || found.length === rows.length) return { items, position: bounds.all(since), more: false };
        return { items, position: bounds.upTo(since, last), more: true };
      },
      () => ({ items: [], position: since, more: false }),
    );
  }

  /** A page after a position: of one copy, under bounds that are read first. */
  async #page<Page>(
    after: FeedPosition,
    read: (copy: string, bounds: FeedBounds, ranges: readonly Range[], session: ClientSession) => Promise<Page>,
    none: () => Page,
    bound: HistoryBound = 'now',
  ): Promise<Page> {
    return this.served.ask((copyOf) =>
      this.database.client.withSession(async (session) => {
        const { name } = copyOf(FEED);
        const told = bound === 'told' ? this.#advance.told(name) : undefined;
        if (told !== undefined) this.#seen.begin(session);
        const bounds = told ?? (await FeedBounds.read(this.#watermarks, name, session));
        const ranges = bounds.after(after);
        return ranges.length === 0 ? none() : read(name, bounds, ranges, session);
      }),
    );
  }

  /** The first records of the ranges, in the order of the log. */
  async #walk<Found>(
    ranges: readonly Range[],
    limit: number,
    find: (ranges: readonly Range[], limit: number) => Promise<readonly Found[]>,
  ): Promise<readonly Found[]> {
    const all: Found[] = [];
    for (let index = 0; index < ranges.length && all.length < limit; index += PARTITIONS_AT_ONCE) {
      all.push(...(await find(ranges.slice(index, index + PARTITIONS_AT_ONCE), limit - all.length)));
    }
    return all;
  }

  onAdvance(listener: () => void): () => void {
    return this.#advance.listen(listener);
  }
}

const placeText = ({ partition: of, offset: at }: HistoryDocument['_id']): string => `${String(of)} ${String(at)}`;

const placesIn = (of: number, from: number, to: number) => ({
  $gt: { partition: of, offset: from },
  $lte: { partition: of, offset: to },
});

function anyOf<Of>(filters: readonly Filter<Of>[]): Filter<Of> {
  const [only, ...others] = filters;
  return only !== undefined && others.length === 0 ? only : ({ $or: [...filters] } as Filter<Of>);
}

function scoped(scope: FeedScope): Filter<HistoryDocument> {
  switch (scope.kind) {
    case 'global':
      return {};
    case 'organization':
      return { organization: scope.organization };
    case 'project':
      return { organization: scope.organization, project: scope.project };
  }
}

const entryOf = ({ _id, stream, revision: at }: HistoryDocument, event: StoredEvent): LogEntry => ({
  partition: partition(_id.partition),
  offset: offset(_id.offset),
  stream: streamName(stream),
  revision: revision(at),
  event,
});

const charactersOf = ({ head, content }: StoredEvent): number =>
  head.length + (content === undefined ? 0 : content.source.length + content.expanded.length + content.compacted.length);
