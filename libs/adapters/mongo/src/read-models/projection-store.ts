import {
  StoreUnavailable,
  revision,
  type Epoch,
  type Offset,
  type ParkedEvent,
  type ParkedStream,
  type Partition,
  type Progress,
  type ProjectionBatch,
  type ProjectionCopies,
  type ProjectionName,
  type ProjectionProgress,
  type ProjectionStore,
  type Revision,
  type Row,
  type StreamName,
} from '@headwater/event-sourcing';
import type { ClientSession, Collection } from 'mongodb';
import type { CausalRead } from '../causal-read.js';
import { createCollections } from '../collections.js';
import type { MongoDatabase } from '../database.js';
import { asking } from '../errors.js';
import { Gathering } from '../gathering.js';
import { SeenTime } from '../seen-time.js';
import { copyLines } from './copy-lines.js';
import { Copies, PROJECTIONS_PLAN, RETIRED_MILLISECONDS, copiesIn, copyName } from './copies.js';
import { Counters, countersName, countersPlan } from './counters.js';
import { historyName, historyPlan, keepHistory } from './history.js';
import type { ProjectionKind, StoredRow } from './kinds/kind.js';
import { kindOf } from './kinds/kinds.js';
import { PARKED_PLAN, Parked, isAnyParked } from './parked.js';
import { RowWriter, RowsKnownWrong } from './row-writer.js';
import { inTransaction } from './transaction.js';
import { WATERMARKS_PLAN, Watermarks } from './watermarks.js';

/** The collections of one copy, and how its rows lie in them. */
interface Contents {
  readonly name: string;
  readonly kind: ProjectionKind;
  readonly rows: Collection<StoredRow>;
  readonly counters: Counters;
  readonly parked: Parked;
}

const NONE: ReadonlySet<StreamName> = new Set();

/** Streams that one question asks for. */
const STREAMS_AT_ONCE = 2000;

type RowsGathering = Gathering<readonly StreamName[], readonly (Row<unknown> | undefined)[]>;

interface AskedParked {
  readonly projection: ProjectionName;
  readonly version: number;
  readonly streams: readonly StreamName[];
}

/** Questions that are shared by the partitions that are worked on at one time. */
const STREAMS_TOGETHER = { underWay: 2, size: STREAMS_AT_ONCE, sizeOf: (streams: readonly StreamName[]) => streams.length };

/**
 * Partitions that have little to store share a transaction: one costs more than twenty rows in it. Those that have much have theirs alone. Some
 * are under way at one time, so that who comes a moment too late for one need not wait for its end.
 */
const BATCHES_TOGETHER = {
  underWay: 3,
  size: 1000,
  sizeOf: (batches: readonly ProjectionBatch[]) => batches.reduce((sum, { rows, history }) => sum + rows.length + history.length, 0),
};

/**
 * The read models' writing side. Each copy of a projection has collections of its own, named by it; a batch is one transaction over all that
 * it changes, and conflicts with every other one of its partition on the watermark.
 */
export class MongoProjectionStore implements ProjectionStore, ProjectionProgress {
  readonly #copies: Copies;
  readonly #watermarks: Watermarks;
  readonly #writer = new RowWriter();
  readonly #seen: SeenTime;
  /** By copy. */
  readonly #rows = new Map<string, RowsGathering>();
  readonly #standing = new Gathering((group: readonly AskedParked[]) => this.#parkedTogether(group), {
    ...STREAMS_TOGETHER,
    sizeOf: ({ streams }) => streams.length,
  });
  readonly #commits = new Gathering((group: readonly (readonly ProjectionBatch[])[]) => this.#commitTogether(group), BATCHES_TOGETHER);

  constructor(private readonly database: MongoDatabase) {
    this.#copies = new Copies(database.db);
    this.#watermarks = new Watermarks(database.db, this.#copies);
    this.#seen = new SeenTime(database.client);
  }

  async watermark(projection: ProjectionName, version: number, partition: Partition): Promise<Offset> {
    return this.#reading(async (read) => {
      await this.#copies.mustHave(projection, version, read);
      return this.#watermarks.at(copyName(projection, version), partition, read);
    });
  }

  /** Streams that are beginning are not looked for: their rows are inserted (`row-writer.ts`). */
  async load(
    projection: ProjectionName,
    version: number,
    streams: readonly StreamName[],
    beginning: ReadonlySet<StreamName> = NONE,
  ): Promise<readonly (Row<unknown> | undefined)[]> {
    const asked = streams.filter((stream) => !beginning.has(stream));
    const found = asked.length === 0 ? [] : await this.#rowsOf(projection, version).ask(asked);
    const rows = new Map(asked.map((stream, index) => [stream, found[index]]));
    return streams.map((stream) => rows.get(stream));
  }

  /** The rows of a copy that several ask for, each for some streams. */
  #rowsOf(projection: ProjectionName, version: number): RowsGathering {
    const name = copyName(projection, version);
    const gathering = this.#rows.get(name) ?? new Gathering((group) => this.#loadTogether(projection, version, group), STREAMS_TOGETHER);
    this.#rows.set(name, gathering);
    return gathering;
  }

  async #loadTogether(
    projection: ProjectionName,
    version: number,
    group: readonly (readonly StreamName[])[],
  ): Promise<readonly (readonly (Row<unknown> | undefined)[])[]> {
    const { name, rows, kind } = this.#contents(projection, version);
    const asked = [...new Set<string>(group.flat())];
    const [stored, exists] = await this.#reading((read) =>
      Promise.all([
        rows.find({ _id: { $in: asked } }, { ...read, batchSize: asked.length + 1 }).toArray(),
        this.#copies.isKnown(projection, version),
      ]),
    );
    if (!exists) return group.map((streams) => streams.map(() => undefined));
    const found = new Map(stored.map((row) => [row._id, kind.decode(row)]));
    this.#writer.absent(
      name,
      asked.filter((stream) => !found.has(stream)),
    );
    return group.map((streams) => streams.map((stream) => found.get(stream)));
  }

  parkedAmong(projection: ProjectionName, version: number, streams: readonly StreamName[]): Promise<ReadonlyMap<StreamName, ParkedStream>> {
    return streams.length === 0 ? Promise.resolve(new Map()) : this.#standing.ask({ projection, version, streams });
  }

  async #parkedTogether(group: readonly AskedParked[]): Promise<readonly ReadonlyMap<StreamName, ParkedStream>[]> {
    const copies = new Set(group.map(({ projection, version }) => copyName(projection, version)));
    return this.#reading(async (read) => {
      // The usual case is none at all.
      if (!(await isAnyParked(this.database.db, [...copies], read))) return group.map(() => new Map());
      return Promise.all(group.map((asked) => this.#parkedIn(asked, read)));
    });
  }

  async #parkedIn({ projection, version, streams }: AskedParked, read: CausalRead): Promise<ReadonlyMap<StreamName, ParkedStream>> {
    const { parked } = this.#contents(projection, version);
    const [found, exists] = await Promise.all([parked.among(streams, read), this.#copies.isKnown(projection, version)]);
    return exists ? found : new Map<StreamName, ParkedStream>();
  }

  /** What several partitions have ready at one time is one transaction, or where that fails, one for each. */
  async commit(batches: readonly ProjectionBatch[]): Promise<void> {
    if (batches.length > 0) await this.#commits.ask(batches);
  }

  async #commitTogether(group: readonly (readonly ProjectionBatch[])[]): Promise<readonly Promise<void>[]> {
    if (group.length > 1) {
      try {
        await this.#commitAll(group.flat());
        return group.map(() => Promise.resolve());
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
      }
    }
    const committed = group.map(() => Promise.resolve());
    for (const [index, batches] of group.entries()) {
      const alone = this.#commitAll(batches);
      committed[index] = alone;
      await alone.catch(() => undefined);
    }
    return committed;
  }

  async #commitAll(batches: readonly ProjectionBatch[]): Promise<void> {
    try {
      await this.#commit(batches);
    } catch (error) {
      if (!(error instanceof RowsKnownWrong)) throw error;
      this.#writer.forget();
      await this.#commit(batches);
    }
    for (const { projection, version, rows } of batches) this.#writer.written(copyName(projection, version), rows);
  }

  #commit(batches: readonly ProjectionBatch[]): Promise<void> {
    const ofCopies = Map.groupBy(batches, ({ projection, version }) => copyName(projection, version));
    return this.#changing(async (session) => {
      await this.#watermarks.advance(batches, session);
      for (const ofCopy of ofCopies.values()) await this.#apply(ofCopy, session);
    });
  }

  /** Batches of one copy, of different partitions: no stream is in two of them. */
  async #apply(batches: readonly ProjectionBatch[], session: ClientSession): Promise<void> {
    const [first] = batches;
    if (first === undefined) return;
    const contents = this.#contents(first.projection, first.version);
    const rows = batches.flatMap((batch) => batch.rows);
    const beginning = new Set(batches.flatMap((batch) => [...(batch.beginning ?? NONE)]));
    const to = { projection: first.projection, collection: contents.rows, kind: contents.kind };
    await this.#writer.put(to, rows, beginning, session);
    await contents.counters.add(first.partition, sumOf(batches.map(({ counters }) => counters)), session);
    const history = contents.kind.history ? batches.flatMap((batch) => batch.history) : [];
    await keepHistory(this.database.db, contents.name, history, session);
    const parked = batches.flatMap((batch) => batch.parked);
    await contents.parked.park(parked, session);
  }

  async parked(projection: ProjectionName, version: number, limit: number, stream?: StreamName): Promise<readonly ParkedEvent[]> {
    const { parked } = this.#contents(projection, version);
    const [found, exists] = await this.#reading((read) =>
      Promise.all([parked.list(limit, stream, read), this.#copies.isKnown(projection, version)]),
    );
    return exists ? found : [];
  }

  async unpark(
    projection: ProjectionName,
    version: number,
    expected: Revision | 0,
    row: Row<unknown>,
    counters: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    const contents = this.#contents(projection, version);
    return this.#changing(async (session) => {
      await this.#copies.hold(projection, version, session);
      const before = await contents.rows.findOne({ _id: row.stream }, { session, projection: { rev: 1 } });
      if ((before?.rev ?? 0) !== expected) return false;
      await this.#writer.replace(contents.rows, [contents.kind.encode(row)], session);
      await contents.counters.add('redrive', counters, session);
      await contents.parked.forget(row.stream, row.revision, session);
      return true;
    });
  }

  async versions(projection: ProjectionName): Promise<ProjectionCopies> {
    return copiesIn(await asking(() => this.#copies.read(projection)));
  }

  async create(projection: ProjectionName, version: number, epoch: Epoch): Promise<void> {
    await asking(async () => {
      const copies = copiesIn(await this.#copies.read(projection));
      if (copies.served?.version === version || copies.building.some((copy) => copy.version === version)) return;
      const name = copyName(projection, version);
      const { indexes, history } = kindOf(projection);
      const plans = [
        PROJECTIONS_PLAN,
        WATERMARKS_PLAN,
        PARKED_PLAN,
        { name, indexes },
        countersPlan(name),
        ...(history ? [historyPlan(name)] : []),
      ];
      await Promise.all(plans.map((plan) => createCollections(this.database.db, [plan])));
      await this.#copies.enter(projection, version, epoch);
    });
  }

  /** The copies that are not served any more stay until `discard`: a reader may still be asking them. */
  async serve(projection: ProjectionName, version: number): Promise<void> {
    await asking(async () => {
      const retired = await this.#copies.serve(projection, version);
      if (retired.length > 0) await this.#watermarks.retire(retired.map((one) => copyName(projection, one)));
    });
  }

  /**
   * Drops the copies that nobody is served from any more (`retired-copies.ts`). Several may do so at once.
   *
   * @returns how many were dropped.
   */
  async discard(keptMilliseconds = RETIRED_MILLISECONDS): Promise<number> {
    const { db } = this.database;
    return asking(async () => {
      const expired = await this.#copies.expired(keptMilliseconds);
      for (const { projection, version } of expired) {
        const name = copyName(projection, version);
        await this.#watermarks.retire([name]);
        for (const collection of [name, countersName(name), historyName(name)]) await db.dropCollection(collection);
        await new Parked(db, projection, name).clear();
        await this.#watermarks.remove(name);
        await this.#copies.forget(projection, version);
      }
      return expired.length;
    });
  }

  async lastApplied(projection: ProjectionName, streams: readonly StreamName[]): Promise<readonly Progress[]> {
    if (streams.length === 0) return [];
    const { served } = await this.versions(projection);
    if (served === undefined) return streams.map(() => ({ revision: 0 }));
    const contents = this.#contents(projection, served.version);
    const progress: Progress[] = [];
    for (let from = 0; from < streams.length; from += STREAMS_AT_ONCE) {
      progress.push(...(await asking(() => progressOf(contents, streams.slice(from, from + STREAMS_AT_ONCE)))));
    }
    return progress;
  }

  /** Every line of a copy, in order: two copies that hold the same give the same lines (`copy-lines.ts`). */
  lines(projection: ProjectionName, version: number): AsyncIterable<string> {
    return copyLines(this.database.db, projection, version);
  }

  /** What is folded on is no older than the watermark that it is folded on from. */
  #reading<Answer>(ask: (read: CausalRead) => Promise<Answer>): Promise<Answer> {
    return asking(() => this.#seen.read(ask));
  }

  #changing<Result>(change: (session: ClientSession) => Promise<Result>): Promise<Result> {
    return asking(() => inTransaction(this.database.client, change, this.#seen));
  }

  #contents(projection: ProjectionName, version: number): Contents {
    const { db } = this.database;
    const name = copyName(projection, version);
    return {
      name,
      kind: kindOf(projection),
      rows: db.collection<StoredRow>(name),
      counters: new Counters(db, name),
      parked: new Parked(db, projection, name),
    };
  }
}

/** What all of them add to each counter. */
function sumOf(all: readonly ProjectionBatch['counters'][]): ProjectionBatch['counters'] {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first ?? new Map<string, number>();
  const sums = new Map(first);
  for (const counters of others) for (const [key, added] of counters) sums.set(key, (sums.get(key) ?? 0) + added);
  return sums;
}

async function progressOf({ rows, parked }: Contents, streams: readonly StreamName[]): Promise<readonly Progress[]> {
  const asked = [...new Set<string>(streams)];
  const [found, standing] = await Promise.all([
    rows.find({ _id: { $in: asked } }, { projection: { rev: 1 }, batchSize: asked.length + 1 }).toArray(),
    parked.among(streams),
  ]);
  const revisions = new Map(found.map(({ _id, rev }) => [_id, revision(rev)]));
  return streams.map((stream) => {
    const stands = standing.get(stream);
    return { revision: revisions.get(stream) ?? 0, ...(stands === undefined ? {} : { parkedAt: stands.at }) };
  });
}
