import type { Base, Epoch, EventId, Offset, Partition, ProjectionName, Revision, StreamName } from './brand.js';
import type { Applied, HistoryScope, Row } from './projection.js';

/** An event that a projection could not apply, or that comes after one in its stream. */
export interface ParkedEvent {
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly eventId: EventId;
  readonly partition: Partition;
  readonly offset: Offset;
  /** What `project` said of the first; later ones of the stream are there only because of it. */
  readonly reason: string;
  /**
   * The parked revision that this one follows; absent for the event that stopped the stream. Where that one is parked no longer, somebody
   * has re-driven the stream since, and this event must be applied rather than parked.
   */
  readonly after?: Revision;
}

/** A stream that a projection stopped at. */
export interface ParkedStream {
  /** The revision that could not be applied. */
  readonly at: Revision;
  /** The last event that was parked: what a repetition, a gap or a fork is told by while the stream stands. */
  readonly last: Applied;
}

export interface HistoryRecord extends HistoryScope {
  readonly partition: Partition;
  readonly offset: Offset;
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly eventId: EventId;
  /** Of the event's commit, by which the event itself is looked up. */
  readonly base: Base;
}

/** Everything that one batch of the log changes in one projection. Stored in one transaction, or not at all. */
export interface ProjectionBatch {
  readonly projection: ProjectionName;
  /** Which copy of the projection: the one that is served, or the one that is being rebuilt beside it. */
  readonly version: number;
  readonly partition: Partition;
  /** The watermark that this batch continues from; another one in the store means that somebody else moved it. */
  readonly expected: Offset;
  readonly watermark: Offset;
  readonly rows: readonly Row<unknown>[];
  /** What `load` was told of as beginning, when the rows of this batch were folded. */
  readonly beginning?: ReadonlySet<StreamName>;
  /** What is added to each counter, or taken off it; never 0. */
  readonly counters: ReadonlyMap<string, number>;
  readonly history: readonly HistoryRecord[];
  /** Of each stream in order. */
  readonly parked: readonly ParkedEvent[];
}

export interface Progress {
  readonly revision: Revision | 0;
  /** The revision that could not be applied; the row does not move past the one before it. */
  readonly parkedAt?: Revision;
}

/** One stored copy of a projection. Its watermarks are offsets of one epoch of the log and mean nothing in another. */
export interface ProjectionCopy {
  readonly version: number;
  readonly epoch: Epoch;
}

export interface ProjectionCopies {
  readonly served?: ProjectionCopy;
  /** By version. */
  readonly building: readonly ProjectionCopy[];
}

/**
 * The writing side of the read models.
 *
 * An adapter owes:
 * - `commit` is one transaction over all batches given: rows, counters, history, parked events and watermarks together, or nothing;
 * - the watermark moves by compare-and-set from `expected`, so that a reader that was paused and overtaken (a zombie) changes nothing;
 * - a copy is made by `create` alone: a copy that does not exist, or not any more, is `CopyDropped` for `watermark`, `commit`, `unpark` and
 *   `serve`, so that a zombie brings no dropped copy back. To `load`, `parkedAmong` and `parked` it is empty.
 */
export interface ProjectionStore {
  /** The last offset up to and including which everything is applied or parked; -1 at first. @throws CopyDropped */
  watermark(projection: ProjectionName, version: number, partition: Partition): Promise<Offset>;
  /**
   * Rows in the order asked.
   *
   * @param beginning streams whose first event is about to be applied, so that they have no row unless that event is a repetition: an adapter
   * need not look for it, where its `commit` refuses to replace one.
   */
  load(
    projection: ProjectionName,
    version: number,
    streams: readonly StreamName[],
    beginning?: ReadonlySet<StreamName>,
  ): Promise<readonly (Row<unknown> | undefined)[]>;
  /** Those of the streams that are parked. */
  parkedAmong(projection: ProjectionName, version: number, streams: readonly StreamName[]): Promise<ReadonlyMap<StreamName, ParkedStream>>;
  /** @throws WatermarkMoved, StreamUnparked, CopyDropped, RowPresent: nothing was stored. Drop what is in memory, read it again, go on from there. */
  commit(batches: readonly ProjectionBatch[]): Promise<void>;
  /** Parked events in order of stream and revision; of one stream, where it is given. No older than a watermark that was read before. */
  parked(projection: ProjectionName, version: number, limit: number, stream?: StreamName): Promise<readonly ParkedEvent[]>;
  /**
   * Stores a row that was folded again after its stream had been parked, and forgets the stream's parked events up to its revision.
   *
   * @param expected the revision of the row that it was folded from (0: none).
   * @returns false, and nothing is stored, where the row is not at `expected`: somebody else has re-driven the stream. @throws CopyDropped
   */
  unpark(
    projection: ProjectionName,
    version: number,
    expected: Revision | 0,
    row: Row<unknown>,
    counters: ReadonlyMap<string, number>,
  ): Promise<boolean>;
  /** The copies that exist of a projection and which of them is served. */
  versions(projection: ProjectionName): Promise<ProjectionCopies>;
  /** Makes an empty copy of a projection, for one epoch of the log, if there is none of that version. */
  create(projection: ProjectionName, version: number, epoch: Epoch): Promise<void>;
  /** Serves this version from now on; drops the one that was served until now and every older one. @throws CopyDropped */
  serve(projection: ProjectionName, version: number): Promise<void>;
}

/** How far the served copy of a projection has come with given streams: what waiting for a position needs. */
export interface ProjectionProgress {
  /** In the order asked; revision 0 for a stream that the projection has no row of. */
  lastApplied(projection: ProjectionName, streams: readonly StreamName[]): Promise<readonly Progress[]>;
}

/** Another reader of the partition has stored a batch in the meantime. */
export class WatermarkMoved extends Error {
  override readonly name = 'WatermarkMoved';
  constructor(
    readonly projection: ProjectionName,
    readonly partition: Partition,
    readonly expected: Offset,
    readonly found: Offset,
  ) {
    super(`${projection} of partition ${String(partition)} stands at ${String(found)}, not at ${String(expected)}.`);
  }
}

/** A stream that a batch took for beginning has a row: its first event is a repetition. Load it without that assumption, and fold again. */
export class RowPresent extends Error {
  override readonly name = 'RowPresent';
  constructor(
    readonly projection: ProjectionName,
    options?: ErrorOptions,
  ) {
    super(`${projection} has a row of a stream whose first event was to be applied.`, options);
  }
}

/** A stream that a batch found parked was re-driven before the batch was stored. */
export class StreamUnparked extends Error {
  override readonly name = 'StreamUnparked';
  constructor(
    readonly projection: ProjectionName,
    readonly stream: StreamName,
  ) {
    super(`${stream} is not parked in ${projection} any more.`);
  }
}

/** A copy that does not exist any more: another one is served in its place. */
export class CopyDropped extends Error {
  override readonly name = 'CopyDropped';
  constructor(
    readonly projection: ProjectionName,
    readonly version: number,
  ) {
    super(`There is no copy ${String(version)} of ${projection} any more.`);
  }
}
