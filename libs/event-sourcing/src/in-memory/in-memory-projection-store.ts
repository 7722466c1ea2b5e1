import { BEFORE_FIRST, type Epoch, type Offset, type Partition, type ProjectionName, type Revision, type StreamName } from '../brand.js';
import type { Row } from '../projection.js';
import {
  CopyDropped,
  RowPresent,
  StreamUnparked,
  WatermarkMoved,
  type HistoryRecord,
  type ParkedEvent,
  type ParkedStream,
  type Progress,
  type ProjectionBatch,
  type ProjectionCopies,
  type ProjectionCopy,
  type ProjectionProgress,
  type ProjectionStore,
} from '../projection-store.js';
import { StoreUnavailable } from '../event-store.js';
import { Faults } from './faults.js';

type Operation = 'watermark' | 'load' | 'parked' | 'parkedAmong' | 'commit' | 'unpark' | 'serve';

/** A row as it is kept: as text, so that nobody who holds a row can change what is stored. */
interface StoredRow extends Omit<Row<unknown>, 'value'> {
  readonly text: string;
}

/** Everything that one copy of a projection holds. */
interface Contents {
  readonly epoch: Epoch;
  readonly watermarks: Map<Partition, Offset>;
  readonly rows: Map<StreamName, StoredRow>;
  readonly counters: Map<string, number>;
  readonly history: HistoryRecord[];
  readonly parked: ParkedEvent[];
}

/** What the store holds at one moment. */
export interface ProjectionStoreSnapshot {
  readonly copies: ReadonlyMap<ProjectionName, ReadonlyMap<number, Contents>>;
  readonly served: ReadonlyMap<ProjectionName, number>;
}

const duplicate = ({ epoch, watermarks, rows, counters, history, parked }: Contents): Contents => ({
  epoch,
  watermarks: new Map(watermarks),
  rows: new Map(rows),
  counters: new Map(counters),
  history: [...history],
  parked: [...parked],
});

const duplicates = (copies: ReadonlyMap<ProjectionName, ReadonlyMap<number, Contents>>): Map<ProjectionName, Map<number, Contents>> =>
  new Map(
    [...copies].map(([name, versions]) => [name, new Map([...versions].map(([version, contents]) => [version, duplicate(contents)]))]),
  );

/** The read models as a plain reading of their port, with everything that can go wrong between them and a projector. */
export class InMemoryProjectionStore implements ProjectionStore, ProjectionProgress {
  readonly faults = new Faults<Operation>();
  readonly #listeners = new Set<() => void>();
  #copies = new Map<ProjectionName, Map<number, Contents>>();
  #served = new Map<ProjectionName, number>();

  watermark(projection: ProjectionName, version: number, partition: Partition): Promise<Offset> {
    return this.faults.around('watermark', () => watermarkIn(this.#existing(projection, version), partition), unavailable);
  }

  load(
    projection: ProjectionName,
    version: number,
    streams: readonly StreamName[],
    beginning?: ReadonlySet<StreamName>,
  ): Promise<readonly (Row<unknown> | undefined)[]> {
    const find = (stream: StreamName): Row<unknown> | undefined =>
      beginning?.has(stream) === true ? undefined : rowIn(this.#find(projection, version), stream);
    return this.faults.around('load', () => streams.map(find), unavailable);
  }

  parkedAmong(projection: ProjectionName, version: number, streams: readonly StreamName[]): Promise<ReadonlyMap<StreamName, ParkedStream>> {
    return this.faults.around(
      'parkedAmong',
      () => {
        const found = new Map<StreamName, ParkedStream>();
        for (const stream of streams) {
          const parked = parkedIn(this.#find(projection, version), stream);
          if (parked !== undefined) found.set(stream, parked);
        }
        return found;
      },
      unavailable,
    );
  }

  commit(batches: readonly ProjectionBatch[]): Promise<void> {
    return this.faults.around(
      'commit',
      () => {
        for (const batch of batches) this.#check(batch);
        for (const batch of batches) this.#apply(batch);
        for (const listener of this.#listeners) listener();
      },
      unavailable,
    );
  }

  parked(projection: ProjectionName, version: number, limit: number, stream?: StreamName): Promise<readonly ParkedEvent[]> {
    return this.faults.around(
      'parked',
      () =>
        (this.#find(projection, version)?.parked ?? [])
          .filter((one) => stream === undefined || one.stream === stream)
          .sort((a, b) => (a.stream === b.stream ? a.revision - b.revision : a.stream < b.stream ? -1 : 1))
          .slice(0, limit),
      unavailable,
    );
  }

  unpark(
    projection: ProjectionName,
    version: number,
    expected: Revision | 0,
    row: Row<unknown>,
    counters: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    return this.faults.around(
      'unpark',
      () => {
        const contents = this.#existing(projection, version);
        if ((contents.rows.get(row.stream)?.revision ?? 0) !== expected) return false;
        store(contents, row);
        add(contents, counters);
        const rest = contents.parked.filter((one) => one.stream !== row.stream || one.revision > row.revision);
        contents.parked.splice(0, Infinity, ...rest);
        return true;
      },
      unavailable,
    );
  }

  async versions(projection: ProjectionName): Promise<ProjectionCopies> {
    const served = this.#served.get(projection);
    const copies = [...(this.#copies.get(projection) ?? [])]
      .map(([version, { epoch }]): ProjectionCopy => ({ version, epoch }))
      .sort((a, b) => a.version - b.version);
    const serving = copies.find(({ version }) => version === served);
    return { ...(serving === undefined ? {} : { served: serving }), building: copies.filter(({ version }) => version !== served) };
  }

  async create(projection: ProjectionName, version: number, epoch: Epoch): Promise<void> {
    const copies = this.#copies.get(projection) ?? new Map<number, Contents>();
    this.#copies.set(projection, copies);
    if (copies.has(version)) return;
    copies.set(version, { epoch, watermarks: new Map(), rows: new Map(), counters: new Map(), history: [], parked: [] });
  }

  serve(projection: ProjectionName, version: number): Promise<void> {
    return this.faults.around(
      'serve',
      () => {
        this.#existing(projection, version);
        const before = this.#served.get(projection);
        this.#served.set(projection, version);
        const copies = this.#copies.get(projection);
        for (const other of [...(copies?.keys() ?? [])])
          if (other < version || (other === before && other !== version)) copies?.delete(other);
        for (const listener of this.#listeners) listener();
      },
      unavailable,
    );
  }

  async lastApplied(projection: ProjectionName, streams: readonly StreamName[]): Promise<readonly Progress[]> {
    const contents = this.#find(projection, this.#served.get(projection));
    return streams.map((stream): Progress => {
      const revision = contents?.rows.get(stream)?.revision ?? 0;
      const parked = parkedIn(contents, stream);
      return parked === undefined ? { revision } : { revision, parkedAt: parked.at };
    });
  }

  /** Everything in the served copy of a projection: what readers are made of. */
  served(projection: ProjectionName): ServedCopy {
    return new ServedCopy(this.#find(projection, this.#served.get(projection)));
  }

  /** Everything in one copy of a projection. */
  copy(projection: ProjectionName, version: number): ServedCopy {
    return new ServedCopy(this.#find(projection, version));
  }

  /** Calls back after something was stored; returns what ends it. */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): ProjectionStoreSnapshot {
    return { copies: duplicates(this.#copies), served: new Map(this.#served) };
  }

  /** Goes back to an older state, as a store does that was restored from a backup. */
  restore({ copies, served }: ProjectionStoreSnapshot): void {
    this.#copies = duplicates(copies);
    this.#served = new Map(served);
  }

  #check({ projection, version, partition, expected, rows, beginning, parked }: ProjectionBatch): void {
    const contents = this.#existing(projection, version);
    const found = watermarkIn(contents, partition);
    if (found !== expected) throw new WatermarkMoved(projection, partition, expected, found);
    if (rows.some(({ stream }) => beginning?.has(stream) === true && contents.rows.has(stream))) throw new RowPresent(projection);
    const standing = new Set([...contents.parked, ...parked].map(({ stream, revision }) => `${stream}\n${String(revision)}`));
    for (const { stream, after } of parked) {
      if (after !== undefined && !standing.has(`${stream}\n${String(after)}`)) throw new StreamUnparked(projection, stream);
    }
  }

  #apply({ projection, version, partition, watermark, rows, counters, history, parked }: ProjectionBatch): void {
    const contents = this.#existing(projection, version);
    contents.watermarks.set(partition, watermark);
    for (const row of rows) store(contents, row);
    add(contents, counters);
    contents.history.push(...history);
    contents.parked.push(...parked);
  }

  #existing(projection: ProjectionName, version: number): Contents {
    const contents = this.#find(projection, version);
    if (contents === undefined) throw new CopyDropped(projection, version);
    return contents;
  }

  #find(projection: ProjectionName, version: number | undefined): Contents | undefined {
    return version === undefined ? undefined : this.#copies.get(projection)?.get(version);
  }
}

/** What one copy of a projection holds, to be read. */
export class ServedCopy {
  readonly #contents: Contents | undefined;

  constructor(contents: Contents | undefined) {
    this.#contents = contents;
  }

  watermark(partition: Partition): Offset {
    return this.#contents === undefined ? BEFORE_FIRST : watermarkIn(this.#contents, partition);
  }

  row(stream: StreamName): Row<unknown> | undefined {
    return rowIn(this.#contents, stream);
  }

  rows(): readonly Row<unknown>[] {
    return [...(this.#contents?.rows.values() ?? [])].map(parsed);
  }

  counter(key: string): number {
    return this.#contents?.counters.get(key) ?? 0;
  }

  counters(): ReadonlyMap<string, number> {
    return new Map(this.#contents?.counters ?? []);
  }

  history(): readonly HistoryRecord[] {
    return [...(this.#contents?.history ?? [])];
  }

  parked(): readonly ParkedEvent[] {
    return [...(this.#contents?.parked ?? [])];
  }
}

const watermarkIn = ({ watermarks }: Contents, partition: Partition): Offset => watermarks.get(partition) ?? BEFORE_FIRST;

function rowIn(contents: Contents | undefined, stream: StreamName): Row<unknown> | undefined {
  const stored = contents?.rows.get(stream);
  return stored === undefined ? undefined : parsed(stored);
}

const parsed = ({ text, ...row }: StoredRow): Row<unknown> => ({ ...row, value: JSON.parse(text) as unknown });

function store(contents: Contents, { value, ...row }: Row<unknown>): void {
  contents.rows.set(row.stream, { ...row, text: JSON.stringify(value) });
}

function add(contents: Contents, counters: ReadonlyMap<string, number>): void {
  for (const [key, by] of counters) {
    const sum = (contents.counters.get(key) ?? 0) + by;
    if (sum === 0) contents.counters.delete(key);
    else contents.counters.set(key, sum);
  }
}

function parkedIn(contents: Contents | undefined, of: StreamName): ParkedStream | undefined {
  const parked = (contents?.parked ?? []).filter(({ stream }) => stream === of).sort((a, b) => a.revision - b.revision);
  const [first] = parked;
  const last = parked.at(-1);
  return first === undefined || last === undefined
    ? undefined
    : { at: first.revision, last: { revision: last.revision, eventId: last.eventId } };
}

const unavailable = (): StoreUnavailable => new StoreUnavailable('The read model was told to refuse this call.');
