import {
  BEFORE_FIRST,
  markOf,
  movedTo,
  offset,
  offsetIn,
  startOf,
  type EventLog,
  type EventStore,
  type FeedPosition,
  type LogEntry,
  type Offset,
  type Partition,
  type Row,
  type StreamName,
} from '@headwater/event-sourcing';
import type { InMemoryProjectionStore } from '@headwater/event-sourcing/testing';
import { entityStream, projectStream, type ProjectRef } from '@headwater/event-contracts';
import type { Organization, Project } from '@headwater/directory';
import type { Iri } from '@headwater/linked-data';
import { DIRECTORY, type DirectoryRow } from '../directory/directory.projection.js';
import type { DirectoryPage, DirectoryQuery, DirectoryReader } from '../directory/directory.reader.js';
import { FEED, type FeedRow } from '../feed/feed.projection.js';
import {
  PositionLost,
  type ChangedItem,
  type ChangesPage,
  type FeedReader,
  type FeedScope,
  type HistoryPage,
} from '../feed/feed.reader.js';
import { LINKS, type LinksRow } from '../links/links.projection.js';
import type { FoundLink, LinksPage, LinksQuery, LinksReader } from '../links/links.reader.js';
import { RESOURCES, type EntityRow } from '../resources/resources.projection.js';
import type { Latest, ListCursor, ListPage, ListQuery, ListedEntity, ResourcesReader } from '../resources/resources.reader.js';

/*
 * The readers' ports read plainly: every row is looked at for every question. They are what the adapters' answers are compared with.
 */

/** By code point, as databases compare texts; JavaScript's own order is by UTF-16 unit. */
const compareTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
const compareKeys = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b));

const rowsOf = <Value>(rows: readonly Row<unknown>[]): readonly Value[] => rows.map(({ value }) => value as Value);
const listedOf = ({ entity, labels }: EntityRow): ListedEntity => ({ entity, labels });
const isOf = ({ organization, project }: ProjectRef, row: ProjectRef): boolean =>
  row.organization === organization && row.project === project;

export class InMemoryResourcesReader implements ResourcesReader {
  readonly #events: EventStore;
  readonly #projections: InMemoryProjectionStore;

  constructor(events: EventStore, projections: InMemoryProjectionStore) {
    this.#events = events;
    this.#projections = projections;
  }

  async latest(stream: StreamName): Promise<Latest> {
    const copy = this.#projections.served(RESOURCES);
    const [[newest], [progress]] = await Promise.all([this.#events.newest([stream]), this.#projections.lastApplied(RESOURCES, [stream])]);
    const row = copy.row(stream) as Row<EntityRow> | undefined;
    return {
      ...(row === undefined ? {} : { row }),
      newest: newest?.revision ?? 0,
      ...(progress?.parkedAt === undefined ? {} : { parkedAt: progress.parkedAt }),
    };
  }

  async applied(stream: StreamName): Promise<Row<EntityRow> | undefined> {
    return this.#projections.served(RESOURCES).row(stream) as Row<EntityRow> | undefined;
  }

  async list(query: ListQuery): Promise<ListPage> {
    const { sort, page, size } = query;
    const keyOf = ({ entity }: EntityRow): ListCursor => ({
      key: sort.field === '@id' ? entity.id : Date.parse(sort.field === '_createdAt' ? entity.createdAt : entity.updatedAt),
      id: entity.id,
    });
    const compare = (a: ListCursor, b: ListCursor): number =>
      (compareKeys(a.key, b.key) || compareTexts(a.id, b.id)) * (sort.descending ? -1 : 1);
    const found = rowsOf<EntityRow>(this.#projections.served(RESOURCES).rows())
      .filter((row) => matches(query, row))
      .sort((a, b) => compare(keyOf(a), keyOf(b)));
    const rest = 'from' in page ? found.slice(page.from) : found.filter((row) => compare(keyOf(row), page.after) > 0);
    const shown = rest.slice(0, size);
    const last = shown.at(-1);
    return {
      total: found.length,
      entities: shown.map(listedOf),
      ...(last === undefined || rest.length === shown.length ? {} : { next: keyOf(last) }),
    };
  }

  async listed(project: ProjectRef, ids: readonly Iri[]): Promise<readonly (ListedEntity | undefined)[]> {
    const copy = this.#projections.served(RESOURCES);
    return ids.map((id) => {
      const row = copy.row(entityStream(project, id));
      return row === undefined ? undefined : listedOf(row.value as EntityRow);
    });
  }
}

function matches({ project, deprecated, types, typeOperator, schema }: ListQuery, { entity }: EntityRow): boolean {
  const has = (type: Iri): boolean => entity.types.includes(type);
  return (
    isOf(project, entity) &&
    (deprecated === undefined || entity.deprecated === deprecated) &&
    (schema === undefined || entity.schema.id === schema) &&
    (types.length === 0 || (typeOperator === 'and' ? types.every(has) : types.some(has)))
  );
}

export class InMemoryLinksReader implements LinksReader {
  readonly #projections: InMemoryProjectionStore;

  constructor(projections: InMemoryProjectionStore) {
    this.#projections = projections;
  }

  async incoming({ project, id, from, size }: LinksQuery): Promise<LinksPage> {
    const links = rowsOf<LinksRow>(this.#projections.served(LINKS).rows())
      .filter((row) => isOf(project, row) && row.id !== id)
      .flatMap((row) =>
        row.outgoing.filter(({ target }) => target === id).map(({ path, types }): FoundLink => this.#found(project, row.id, path, types)),
      )
      .sort((a, b) => compareTexts(a.id, b.id) || compareTexts(JSON.stringify(a.path), JSON.stringify(b.path)));
    return { total: links.length, links: links.slice(from, from + size) };
  }

  async outgoing({
    project,
    id,
    from,
    size,
    includeExternalLinks,
  }: LinksQuery & { readonly includeExternalLinks: boolean }): Promise<LinksPage> {
    const row = this.#projections.served(LINKS).row(entityStream(project, id))?.value as LinksRow | undefined;
    const links = (row?.outgoing ?? [])
      .filter(({ target }) => target !== id)
      .map(({ target, path, types }): FoundLink => this.#found(project, target, path, types))
      .filter(({ entity }) => includeExternalLinks || entity !== undefined);
    return { total: links.length, links: links.slice(from, from + size) };
  }

  #found(project: ProjectRef, id: Iri, path: readonly Iri[], types: FoundLink['types']): FoundLink {
    const row = this.#projections.served(RESOURCES).row(entityStream(project, id))?.value as EntityRow | undefined;
    return { id, path, types, ...(row === undefined ? {} : { entity: listedOf(row) }) };
  }
}

export class InMemoryDirectoryReader implements DirectoryReader {
  readonly #projections: InMemoryProjectionStore;

  constructor(projections: InMemoryProjectionStore) {
    this.#projections = projections;
  }

  async organizations(query: DirectoryQuery): Promise<DirectoryPage<Organization>> {
    return pageOf(
      query,
      this.#rows().filter((row) => row.kind === 'organization'),
    );
  }

  async projects({ organization, ...query }: DirectoryQuery & { readonly organization?: string }): Promise<DirectoryPage<Project>> {
    return pageOf(
      query,
      this.#rows()
        .filter((row) => row.kind === 'project')
        .filter((row) => organization === undefined || row.organization === organization),
    );
  }

  async project(ref: ProjectRef): Promise<Project | undefined> {
    const row = this.#projections.served(DIRECTORY).row(projectStream(ref));
    return row === undefined ? undefined : (row.value as Project);
  }

  #rows(): readonly DirectoryRow[] {
    return rowsOf<DirectoryRow>(this.#projections.served(DIRECTORY).rows());
  }
}

function pageOf<Of extends DirectoryRow>({ deprecated, label, from, size }: DirectoryQuery, rows: readonly Of[]): DirectoryPage<Of> {
  const organizationOf = (row: DirectoryRow): string => (row.kind === 'project' ? row.organization : '');
  const found = rows
    .filter((row) => deprecated === undefined || row.deprecated === deprecated)
    .filter((row) => label === undefined || row.label.toLowerCase().includes(label.toLowerCase()))
    .sort(
      (a, b) =>
        compareTexts(a.createdAt, b.createdAt) || compareTexts(a.label, b.label) || compareTexts(organizationOf(a), organizationOf(b)),
    );
  return { total: found.length, rows: found.slice(from, from + size) };
}

/** A place in the log that something was found at. */
interface Placed {
  readonly partition: Partition;
  readonly offset: Offset;
}

export class InMemoryFeedReader implements FeedReader {
  readonly #events: EventStore;
  readonly #log: EventLog;
  readonly #projections: InMemoryProjectionStore;

  constructor(events: EventStore, log: EventLog, projections: InMemoryProjectionStore) {
    this.#events = events;
    this.#log = log;
    this.#projections = projections;
  }

  async head(): Promise<FeedPosition> {
    return this.#movedTo(await this.start(), await this.#bounds(await this.start()));
  }

  async start(): Promise<FeedPosition> {
    return startOf(await this.#log.epoch());
  }

  async verify(position: FeedPosition): Promise<void> {
    const epoch = await this.#log.epoch();
    if (position.epoch !== epoch) throw new PositionLost(`The position is of epoch ${position.epoch}, the log of ${epoch}.`);
    const partitions = await this.#log.partitions();
    for (const [partition, { offset: at, mark }] of position.partitions) {
      if (at === BEFORE_FIRST) continue;
      const entry = partitions.includes(partition) ? await this.#entry(partition, at) : undefined;
      if (entry === undefined || markOf(entry.event.id) !== mark) {
        throw new PositionLost(
          `The event at ${String(at)} of partition ${String(partition)} is not the one that the position was given for.`,
        );
      }
    }
  }

  async history(scope: FeedScope, after: FeedPosition, limit: number): Promise<HistoryPage> {
    const bounds = await this.#bounds(after);
    const records = this.#projections
      .served(FEED)
      .history()
      .filter(
        ({ organization, project }) =>
          scope.kind === 'global' || (scope.organization === organization && (scope.kind === 'organization' || scope.project === project)),
      );
    const { found, reached, more } = between(records, after, bounds, limit);
    const entries: LogEntry[] = [];
    for (const { partition, offset: at } of found) {
      const entry = await this.#entry(partition, at);
      if (entry === undefined) throw new Error(`The log has lost offset ${String(at)} of partition ${String(partition)}.`);
      entries.push(entry);
    }
    return { entries, position: await this.#movedTo(after, reached), more };
  }

  async changes(project: ProjectRef, since: FeedPosition, limit: number): Promise<ChangesPage> {
    const bounds = await this.#bounds(since);
    const rows = this.#projections
      .served(FEED)
      .rows()
      .map(({ stream, value }) => ({ stream, ...(value as FeedRow) }))
      .filter((row) => row.item && isOf(project, row));
    const { found, reached, more } = between(rows, since, bounds, limit);
    const items: ChangedItem[] = [];
    for (const { stream, ...row } of found) items.push({ row, source: await this.#source(stream, row) });
    return { items, position: await this.#movedTo(since, reached), more };
  }

  onAdvance(listener: () => void): () => void {
    return this.#projections.onCommit(listener);
  }

  /** Up to where a page may go: the watermark, but never back behind the position that it begins at. */
  async #bounds(from: FeedPosition): Promise<ReadonlyMap<Partition, Offset>> {
    const copy = this.#projections.served(FEED);
    const partitions = await this.#log.partitions();
    return new Map(partitions.map((of) => [of, offset(Math.max(copy.watermark(of), offsetIn(from, of)))]));
  }

  async #movedTo(from: FeedPosition, reached: ReadonlyMap<Partition, Offset>): Promise<FeedPosition> {
    let position = from;
    for (const [partition, to] of reached) {
      if (to === offsetIn(from, partition)) continue;
      const entry = await this.#entry(partition, to);
      if (entry === undefined) throw new Error(`The log has lost offset ${String(to)} of partition ${String(partition)}.`);
      position = movedTo(position, partition, to, entry.event.id);
    }
    return position;
  }

  async #entry(partition: Partition, at: Offset): Promise<LogEntry | undefined> {
    const [entry] = await this.#log.read(partition, offset(at - 1), { entries: 1, characters: 1 });
    return entry?.offset === at ? entry : undefined;
  }

  async #source(stream: StreamName, { contentRev, contentBase }: FeedRow): Promise<string> {
    const [commit] = await this.#events.read(stream, contentRev, contentRev);
    const source = commit?.base === contentBase ? commit.events[contentRev - contentBase - 1]?.content?.source : undefined;
    if (source === undefined) throw new Error(`Revision ${String(contentRev)} of ${stream} has no content in the event store.`);
    return source;
  }
}

/** The first `limit` of what lies after a position and not beyond the bounds, in the order of the log; and how far that reaches. */
function between<Found extends Placed>(
  all: readonly Found[],
  after: FeedPosition,
  bounds: ReadonlyMap<Partition, Offset>,
  limit: number,
): { readonly found: readonly Found[]; readonly reached: ReadonlyMap<Partition, Offset>; readonly more: boolean } {
  const inside = all
    .filter((one) => one.offset > offsetIn(after, one.partition) && one.offset <= (bounds.get(one.partition) ?? BEFORE_FIRST))
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  const found = inside.slice(0, limit);
  const last = found.at(-1);
  if (found.length === inside.length || last === undefined) return { found, reached: bounds, more: found.length < inside.length };
  const reached = new Map<Partition, Offset>();
  for (const [partition, bound] of bounds) {
    if (partition < last.partition) reached.set(partition, bound);
    else if (partition === last.partition) reached.set(partition, last.offset);
  }
  return { found, reached, more: true };
}
