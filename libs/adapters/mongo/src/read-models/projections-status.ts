import { BEFORE_FIRST, projectionName, type EventLog, type Offset, type Partition, type ProjectionName } from '@headwater/event-sourcing';
import type { MongoDatabase } from '../database.js';
import { asking } from '../errors.js';
import { Copies, copiesIn, copyName } from './copies.js';
import { Parked } from './parked.js';
import { Watermarks } from './watermarks.js';

/** Where the served copy of one projection stands. */
export interface MongoProjectionStanding {
  readonly name: ProjectionName;
  /** Entries of the log that it has still to apply, in the partitions that are asked for. */
  readonly lag: number;
  /** Streams of which it could not apply an event. */
  readonly parked: number;
  /** Whether another copy is being built beside it. */
  readonly rebuilding: boolean;
}

/** How the projections of a database fare, whoever drives them. */
export class MongoProjectionsStatus {
  readonly #copies: Copies;
  readonly #watermarks: Watermarks;

  /** @param log whose end the watermarks are compared with. */
  constructor(
    private readonly database: MongoDatabase,
    private readonly log: Pick<EventLog, 'partitions' | 'last'>,
  ) {
    this.#copies = new Copies(database.db);
    this.#watermarks = new Watermarks(database.db, this.#copies);
  }

  /** @throws StoreUnavailable; what the log throws. */
  async standings(projections: readonly string[]): Promise<readonly MongoProjectionStanding[]> {
    const partitions = await this.log.partitions();
    const ends = await Promise.all(partitions.map(async (of) => [of, await this.log.last(of)] as const));
    return asking(() => Promise.all(projections.map((projection) => this.#standing(projectionName(projection), ends))));
  }

  async #standing(name: ProjectionName, ends: readonly (readonly [Partition, Offset])[]): Promise<MongoProjectionStanding> {
    const { served, building } = copiesIn(await this.#copies.read(name));
    const rebuilding = building.length > 0;
    const behind = (marks: ReadonlyMap<number, number>): number =>
      ends.reduce((sum, [of, end]) => sum + Math.max(0, end - (marks.get(of) ?? BEFORE_FIRST)), 0);
    if (served === undefined) return { name, lag: behind(new Map()), parked: 0, rebuilding };
    const copy = copyName(name, served.version);
    const [marks, parked] = await Promise.all([this.#watermarks.of(copy), new Parked(this.database.db, name, copy).count()]);
    return { name, lag: behind(new Map(marks.map(({ partition, offset }) => [partition, offset]))), parked, rebuilding };
  }
}
