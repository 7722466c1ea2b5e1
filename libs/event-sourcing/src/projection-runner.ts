import {
  offset as asOffset,
  revision as asRevision,
  type Epoch,
  type Offset,
  type Partition,
  type ProjectionName,
  type StreamName,
} from './brand.js';
import { UnknownEvent, type DomainEvent, type EventCodec, type LogEntry } from './event.js';
import { LogTrimmed, type EventLog, type ReadLimit } from './event-log.js';
import type { EventStore } from './event-store.js';
import { recordedIn } from './handle-command.js';
import { count, projectBatch, touched } from './project-batch.js';
import { Fork, Gap, type ProjectedEvent, type Projection, type Row } from './projection.js';
import {
  CopyDropped,
  RowPresent,
  StreamUnparked,
  WatermarkMoved,
  type ParkedEvent,
  type ParkedStream,
  type ProjectionBatch,
  type ProjectionCopies,
  type ProjectionCopy,
  type ProjectionStore,
} from './projection-store.js';

export interface RunnerOptions<Event extends DomainEvent> {
  readonly log: EventLog;
  readonly store: ProjectionStore;
  readonly codec: EventCodec<Event>;
  readonly projections: readonly Projection<unknown, Event>[];
  readonly limit: ReadLimit;
}

/** One stored copy of a projection: the one that is served, or one that is being built beside it. */
interface Copy<Event extends DomainEvent> {
  readonly projection: Projection<unknown, Event>;
  readonly version: number;
}

/** Where a copy stands in a partition. */
interface Mark {
  readonly offset: Offset;
  /** Nothing of the copy was parked there. Nothing of the partition is, then, as long as nobody has moved the watermark. */
  readonly unparked: boolean;
}

const COPIES_PER_VERSION = 1000;

/** Copies are numbered so that one tells the version of the code that it was made by: version 2's are 2000, 2001, ... */
const madeBy = (copy: number): number => Math.floor(copy / COPIES_PER_VERSION);

/** Whether this release makes such a copy, of this life of the log. */
const isOf = ({ version: code }: { readonly version: number }, epoch: Epoch, copy: ProjectionCopy): boolean =>
  madeBy(copy.version) === code && copy.epoch === epoch;

/** The number of a new copy: above every other of the same code, so that no zombie's number ever comes back. */
function nextVersion(codeVersion: number, { served, building }: ProjectionCopies): number {
  const used = [...(served === undefined ? [] : [served]), ...building]
    .map(({ version }) => version)
    .filter((version) => madeBy(version) === codeVersion);
  const next = Math.max(codeVersion * COPIES_PER_VERSION - 1, ...used) + 1;
  if (madeBy(next) !== codeVersion)
    throw new Error(`Version ${String(codeVersion)} of a projection has no number left for another copy: raise it.`);
  return next;
}

/**
 * Drives projections along the log from their watermarks. It keeps no position of its own that it could lose: what it remembers of a
 * watermark is checked by each commit. Any number of runners may drive one partition: all but one of them lose each race and go on from
 * where the winner is.
 */
export class ProjectionRunner<Event extends DomainEvent> {
  readonly #options: RunnerOptions<Event>;
  readonly #watermarks = new Map<Copy<Event>, Map<Partition, Mark>>();
  #live: readonly Copy<Event>[] = [];
  /** The copies that are being built, to be served once they have caught up. */
  #building: readonly Copy<Event>[] = [];
  /** Where the log ended when it was last asked whether a copy has caught up. */
  readonly #ends = new Map<Partition, Offset>();

  constructor(options: RunnerOptions<Event>) {
    this.#options = options;
  }

  /**
   * Finds the copies to drive, and makes what is missing: on first use the projection itself, after a change of its version or of the log's
   * epoch another copy beside the one that is served. A rebuild that a crash interrupted goes on. To be called once, before `step`.
   *
   * @throws ProjectionNewer
   */
  async prepare(): Promise<void> {
    const { log, store, projections } = this.#options;
    const epoch = await log.epoch();
    const live: Copy<Event>[] = [];
    const building: Copy<Event>[] = [];
    for (const projection of projections) {
      const copies = await store.versions(projection.name);
      const ours = (copy: ProjectionCopy): boolean => isOf(projection, epoch, copy);
      if (copies.served === undefined) {
        const version = nextVersion(projection.version, copies);
        await store.create(projection.name, version, epoch);
        await store.serve(projection.name, version);
        live.push({ projection, version });
        continue;
      }
      // Two releases side by side would build and drop each other's copies for ever: the newer one wins.
      if (madeBy(copies.served.version) > projection.version)
        throw new ProjectionNewer(projection.name, projection.version, copies.served.version);
      const resumed = copies.building.filter(ours);
      if (ours(copies.served)) live.push({ projection, version: copies.served.version });
      else if (resumed.length === 0) building.push(await this.#beside(projection, copies));
      for (const { version } of resumed) building.push({ projection, version });
    }
    this.#live = live;
    this.#building = building;
    this.#watermarks.clear();
  }

  /**
   * Begins a rebuild, or joins the one that another runner has begun: a copy from the start of the log, beside the one that is served, which
   * goes on being served and driven.
   */
  async rebuild(name: ProjectionName): Promise<void> {
    const { log, store, projections } = this.#options;
    const projection = projections.find((one) => one.name === name);
    if (projection === undefined) throw new Error(`There is no projection ${name}.`);
    if (this.#building.some((copy) => copy.projection === projection)) return;
    const copies = await store.versions(name);
    const epoch = await log.epoch();
    const begun = copies.building.find((copy) => isOf(projection, epoch, copy));
    const copy = begun === undefined ? await this.#beside(projection, copies) : { projection, version: begun.version };
    this.#building = [...this.#building, copy];
  }

  async #beside(projection: Projection<unknown, Event>, copies: ProjectionCopies): Promise<Copy<Event>> {
    const { log, store } = this.#options;
    const version = nextVersion(projection.version, copies);
    await store.create(projection.name, version, await log.epoch());
    return { projection, version };
  }

  /** Names of the projections that are being rebuilt. */
  get building(): ReadonlySet<ProjectionName> {
    return new Set(this.#building.map(({ projection }) => projection.name));
  }

  /**
   * Applies the next entries of a partition: first to what is served, then to what is being built, so that neither waits for the other.
   * Each is one transaction. A copy that has caught up with what is served takes its place.
   *
   * @returns how many entries were applied; 0 where everything has caught up.
   * @throws Gap, Fork, UnknownEvent, LogTrimmed, ProjectionNewer: the partition must stop and somebody be told. What the store throws: try
   * again later.
   */
  async step(partition: Partition): Promise<number> {
    let doubted = false;
    let repeated = false;
    for (;;) {
      try {
        const applied = (await this.#advance(this.#live, partition, repeated)) + (await this.#advance(this.#building, partition, repeated));
        if (this.#building.length > 0) await this.#serveBuilt();
        return applied;
      } catch (error) {
        // Overtaken: forget everything and go on from where the other one is.
        if (error instanceof WatermarkMoved || error instanceof StreamUnparked) this.#watermarks.clear();
        else if (error instanceof CopyDropped) await this.prepare();
        else if (error instanceof RowPresent) repeated = true;
        else if (!doubted && contradictsLog(error)) {
          // What was remembered, or read while a stream was re-driven or a copy dropped, may be what is wrong: look again before stopping.
          doubted = true;
          repeated = true;
          this.#watermarks.clear();
        } else throw error;
      }
    }
  }

  /** Applies everything that the partition has. */
  async catchUp(partition: Partition): Promise<void> {
    while ((await this.step(partition)) > 0);
  }

  /** Forgets where a partition stands, which others may have driven: it is read again before the next step. */
  forget(partition: Partition): void {
    for (const marks of this.#watermarks.values()) marks.delete(partition);
  }

  /**
   * Finds the copies to drive once more, where another runner has begun a rebuild, ended one, or made the copies of a later release.
   *
   * @returns whether there was anything new. @throws ProjectionNewer
   */
  async refresh(): Promise<boolean> {
    const known = versionsOf([...this.#live, ...this.#building]);
    for (const projection of this.#options.projections) {
      const { served, building } = await this.#options.store.versions(projection.name);
      const epoch = await this.#options.log.epoch();
      const found = [...(served === undefined ? [] : [served]), ...building].filter((copy) => isOf(projection, epoch, copy));
      const newer = served !== undefined && madeBy(served.version) > projection.version;
      if (!newer && known.get(projection.name) === sortedVersions(found)) continue;
      await this.prepare();
      return true;
    }
    return false;
  }

  /** The offset up to and including which every copy has what the partition holds. */
  async position(partition: Partition): Promise<Offset> {
    return lowestOf(await this.#marks([...this.#live, ...this.#building], partition));
  }

  #marks(copies: readonly Copy<Event>[], partition: Partition): Promise<readonly Mark[]> {
    return Promise.all(copies.map((copy) => this.#watermark(copy, partition)));
  }

  /** Entries of a partition that the slowest copy has still to apply. */
  async lag(partition: Partition): Promise<number> {
    const last = await this.#options.log.last(partition);
    return Math.max(0, last - (await this.position(partition)));
  }

  /**
   * Folds a parked stream again from the event store, in order, and puts it back into the served copy of the projection as far as its
   * events apply now.
   *
   * @returns whether the stream is no longer parked. @throws what the store throws; Gap, Fork.
   */
  async redrive(projection: Projection<unknown, Event>, stream: StreamName, events: Pick<EventStore, 'read'>): Promise<boolean> {
    const { store } = this.#options;
    let dropped: number | undefined;
    for (;;) {
      const { served } = await store.versions(projection.name);
      if (served === undefined) return true;
      try {
        const done = await this.#redriveCopy(projection, served.version, stream, events);
        if (done !== undefined) return done;
      } catch (error) {
        // Another copy is served since we looked: that one is to be asked.
        if (!(error instanceof CopyDropped) || dropped === served.version) throw error;
        dropped = served.version;
      }
    }
  }

  /** @returns whether the stream is no longer parked; undefined where that has to be looked at again. */
  async #redriveCopy(
    projection: Projection<unknown, Event>,
    version: number,
    stream: StreamName,
    events: Pick<EventStore, 'read'>,
  ): Promise<boolean | undefined> {
    const { store } = this.#options;
    const parked = await store.parked(projection.name, version, REDRIVE_PAGE, stream);
    if (parked.length === 0) return true;
    const [before] = await store.load(projection.name, version, [stream]);
    const { row, complete } = await this.#refold(projection, parked, before, events);
    if (row === undefined || row === before) return false;
    const counters = new Map<string, number>();
    count(projection, counters, before?.value, row.value);
    // Where somebody else was faster, look again at what is left to do.
    const stored = await store.unpark(projection.name, version, before?.revision ?? 0, row, counters);
    return stored && !complete ? false : undefined;
  }

  /** The row with the parked events of its stream folded into it, as far as they apply. */
  async #refold(
    projection: Projection<unknown, Event>,
    parked: readonly ParkedEvent[],
    before: Row<unknown> | undefined,
    events: Pick<EventStore, 'read'>,
  ): Promise<{ readonly row: Row<unknown> | undefined; readonly complete: boolean }> {
    let row = before;
    const [first] = parked;
    const last = parked.at(-1);
    if (first === undefined || last === undefined) return { row, complete: true };
    const { stream } = first;
    const found = new Map<number, ProjectedEvent<Event>['recorded']>();
    for (const commit of await events.read(stream, first.revision, last.revision)) {
      for (const recorded of recordedIn(commit, this.#options.codec)) found.set(recorded.revision, recorded);
    }
    for (const { revision, eventId, partition, offset } of parked) {
      const recorded = found.get(revision);
      if (recorded === undefined || revision !== (row?.revision ?? 0) + 1) throw new Gap(stream, row?.revision ?? 0, revision);
      if (recorded.id !== eventId) throw new Fork(stream, revision, eventId, recorded.id);
      try {
        const value = projection.project(row?.value, { partition, offset, recorded });
        projection.counts?.(value);
        row = { stream, revision: asRevision(revision), eventId, value };
      } catch {
        return { row, complete: false };
      }
    }
    return { row, complete: true };
  }

  /**
   * Applies the next entries to those of the copies that are furthest behind.
   *
   * @param repeated whether first events of streams among them may be repetitions, so that rows of these have to be looked for.
   */
  async #advance(copies: readonly Copy<Event>[], partition: Partition, repeated: boolean): Promise<number> {
    if (copies.length === 0) return 0;
    const { log, store, codec, limit } = this.#options;
    const marks = await this.#marks(copies, partition);
    const lowest = lowestOf(marks);
    // Not past the next copy, so that they go on together from there.
    const ceiling = Math.min(...marks.map(({ offset }) => offset).filter((mark) => mark > lowest));
    const entries = (await log.read(partition, lowest, limit)).filter(({ offset }) => offset <= ceiling);
    checkContiguous(lowest, entries);
    const events = decodable(entries, codec);
    const last = events.at(-1);
    if (last === undefined) return 0;
    const behind = copies.flatMap((copy, index) => {
      const mark = marks[index];
      return mark?.offset === lowest ? [{ copy, mark }] : [];
    });
    const beginning = repeated ? NONE : beginningIn(events);
    const batches = await Promise.all(
      behind.map(async ({ copy: { projection, version }, mark }): Promise<ProjectionBatch> => {
        const streams = touched(projection, events);
        const [rows, parked] = await Promise.all([
          store.load(projection.name, version, streams, beginning),
          mark.unparked ? NONE_PARKED : store.parkedAmong(projection.name, version, streams),
        ]);
        const known = new Map<StreamName, Row<unknown>>();
        for (const row of rows) if (row !== undefined) known.set(row.stream, row);
        return { ...projectBatch(projection, version, partition, events, { rows: known, parked }, lowest, last.offset), beginning };
      }),
    );
    // A stream that was taken for beginning and is stopped here may have begun before: its row has to be looked for.
    const halted = batches.find(({ parked }) => parked.some(({ stream }) => beginning.has(stream)));
    if (halted !== undefined) throw new RowPresent(halted.projection);
    await store.commit(batches);
    behind.forEach(({ copy, mark }, index) => {
      const unparked = mark.unparked && batches[index]?.parked.length === 0;
      this.#remember(copy, partition, { offset: last.offset, unparked });
    });
    return events.length;
  }

  async #watermark(copy: Copy<Event>, partition: Partition): Promise<Mark> {
    const known = this.#watermarks.get(copy)?.get(partition);
    if (known !== undefined) return known;
    const { log, store } = this.#options;
    const { projection, version } = copy;
    const read = await store.watermark(projection.name, version, partition);
    // A log that ends before what was applied is another log: what is appended to it next would be taken for applied.
    const last = await log.last(partition);
    if (read > last) throw new LogTrimmed(partition, asOffset(read + 1), last);
    // After the watermark: who parks something later moves that, too.
    const parked = await store.parked(projection.name, version, 1);
    const mark = { offset: read, unparked: parked.length === 0 };
    this.#remember(copy, partition, mark);
    return mark;
  }

  #remember(copy: Copy<Event>, partition: Partition, mark: Mark): void {
    const marks = this.#watermarks.get(copy) ?? new Map<Partition, Mark>();
    marks.set(partition, mark);
    this.#watermarks.set(copy, marks);
  }

  /** Serves the copies that have come as far as what is served, in every partition, whoever drives the others. */
  async #serveBuilt(): Promise<void> {
    const { store } = this.#options;
    for (const copy of this.#building) {
      const { name } = copy.projection;
      if (!(await this.#hasCaughtUp(copy))) continue;
      await store.serve(name, copy.version);
      this.#building = this.#building.filter((one) => one.projection !== copy.projection || one.version > copy.version);
      this.#live = [...this.#live.filter((one) => one.projection !== copy.projection), copy];
    }
  }

  async #hasCaughtUp({ projection: { name }, version }: Copy<Event>): Promise<boolean> {
    const { log, store } = this.#options;
    const { served } = await store.versions(name);
    // Offsets of another epoch cannot be compared: there, it must come to the end of the log.
    const comparable = served?.epoch === (await log.epoch()) ? served.version : undefined;
    let reached = true;
    for (const partition of await log.partitions()) {
      // What must be reached is read first, from the store: it only grows, so it is not behind what is compared with it.
      const goal = comparable === undefined ? await this.#end(partition) : await store.watermark(name, comparable, partition);
      reached &&= (await store.watermark(name, version, partition)) >= goal;
    }
    return reached;
  }

  /** Where the log ended a step ago: where it ends now is out of reach as long as writers are busy. */
  async #end(partition: Partition): Promise<Offset> {
    const now = await this.#options.log.last(partition);
    const before = this.#ends.get(partition) ?? now;
    this.#ends.set(partition, now);
    return before;
  }
}

/** The numbers of the copies of each projection, in one text that can be compared. */
function versionsOf(copies: readonly Copy<DomainEvent>[]): ReadonlyMap<ProjectionName, string> {
  const byName = Map.groupBy(copies, ({ projection }) => projection.name);
  return new Map([...byName].map(([name, ofName]) => [name, sortedVersions(ofName)]));
}

const sortedVersions = (copies: readonly { readonly version: number }[]): string =>
  copies
    .map(({ version }) => version)
    .sort((a, b) => a - b)
    .join();

/** Parked events that are in memory at once, with their contents. */
const REDRIVE_PAGE = 50;

function decoded<Event extends DomainEvent>(entry: LogEntry, codec: EventCodec<Event>): ProjectedEvent<Event> {
  return { partition: entry.partition, offset: entry.offset, recorded: codec.decode(entry.stream, entry.revision, entry.event) };
}

/** The events up to the first that this code does not know. @throws UnknownEvent where that is the first of all. */
function decodable<Event extends DomainEvent>(entries: readonly LogEntry[], codec: EventCodec<Event>): readonly ProjectedEvent<Event>[] {
  const events: ProjectedEvent<Event>[] = [];
  for (const entry of entries) {
    try {
      events.push(decoded(entry, codec));
    } catch (error) {
      if (error instanceof UnknownEvent && events.length > 0) break;
      throw error;
    }
  }
  return events;
}

const NONE: ReadonlySet<StreamName> = new Set();
const NONE_PARKED: ReadonlyMap<StreamName, ParkedStream> = new Map();

const lowestOf = (marks: readonly Mark[]): Offset => asOffset(Math.min(...marks.map(({ offset }) => offset)));

/** The streams whose first event is among these. */
function beginningIn(events: readonly ProjectedEvent<DomainEvent>[]): ReadonlySet<StreamName> {
  const streams = new Set<StreamName>();
  for (const { recorded } of events) if (Number(recorded.revision) === 1) streams.add(recorded.stream);
  return streams;
}

const contradictsLog = (error: unknown): boolean => error instanceof Gap || error instanceof Fork || error instanceof LogTrimmed;

function checkContiguous(after: Offset, entries: readonly LogEntry[]): void {
  let expected = after + 1;
  for (const { offset, partition } of entries) {
    if (offset !== expected) throw new LogTrimmed(partition, asOffset(expected), offset);
    expected += 1;
  }
}

/** A later release has built the copy that is served. This one stops until it is upgraded; `rebuild` goes back to it. */
export class ProjectionNewer extends Error {
  override readonly name = 'ProjectionNewer';
  constructor(
    readonly projection: ProjectionName,
    readonly version: number,
    readonly served: number,
  ) {
    super(`Copy ${String(served)} of ${projection} was built by a later release than this one, which makes version ${String(version)}.`);
  }
}
