import { StoreUnavailable, epoch, projectionName, type Epoch, type ProjectionName } from '@headwater/event-sourcing';
import type { Collection } from 'mongodb';
import type { MongoDatabase } from '../database.js';
import { asking, codeOf } from '../errors.js';
import { PROJECTIONS_COLLECTION, RETIRED_MILLISECONDS, copyName, type CopiesDocument } from './copies.js';

/** The copy of a projection that readers ask. */
export interface ServedCopy {
  /** What its collections' names begin with. */
  readonly name: string;
  readonly epoch: Epoch;
  /** Names of the copies of the same epoch that were served before, as long as they are kept. */
  readonly before: readonly string[];
}

/** Gives the served copy of a projection. @throws StoreUnavailable before there is one. */
export type CopyOf = (projection: ProjectionName) => ServedCopy;

/** Whether reads must come from the primary, or any node will do where there is none. */
export type Freshness = 'current' | 'eventual';

/** What is known of the copies, and when it was asked for. */
interface Known {
  readonly since: number;
  readonly copies: ReadonlyMap<ProjectionName, ServedCopy>;
}

/** How often it is looked up which copies are served. */
const FRESH_MILLISECONDS = 200;
/** An answer that was complete so soon after the look-up is of a copy that was there to the end: it is kept far longer than this. */
const TRUSTED_MILLISECONDS = RETIRED_MILLISECONDS / 3;

/** Codes of the server: a collection went while it was read. */
const GONE = new Set<unknown>([26, 175]);

/** Which copy of each projection readers ask. A page is always read from one copy. */
export class ServedCopies {
  readonly #projections: Collection<CopiesDocument>;
  #known: Known | undefined;
  #asked: Promise<Known> | undefined;

  constructor({ db }: MongoDatabase, freshness: Freshness = 'current') {
    this.#projections = db.collection<CopiesDocument>(PROJECTIONS_COLLECTION, freshness === 'current' ? {} : ANYWHERE);
  }

  /** Asks the copies that are served, and once more where they may have been dropped meanwhile. @throws StoreUnavailable, MongoRefused */
  async ask<Answer>(question: (copyOf: CopyOf) => Promise<Answer>): Promise<Answer> {
    return asking(async () => {
      const known = await this.#current();
      try {
        const answer = await question(copyOfIn(known));
        if (performance.now() - known.since < TRUSTED_MILLISECONDS) return answer;
      } catch (error) {
        if (!GONE.has(codeOf(error))) throw error;
      }
      return question(copyOfIn(await this.#lookUp()));
    });
  }

  /** Names of the copies that are served now. */
  async names(projections: readonly ProjectionName[]): Promise<readonly string[]> {
    const { copies } = await asking(() => this.#current());
    return projections.flatMap((projection) => copies.get(projection)?.name ?? []);
  }

  async #current(): Promise<Known> {
    const known = this.#known;
    return known !== undefined && performance.now() - known.since < FRESH_MILLISECONDS ? known : this.#lookUp();
  }

  /** One look-up at a time, for all that ask. */
  #lookUp(): Promise<Known> {
    this.#asked ??= this.#find().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #find(): Promise<Known> {
    const since = performance.now();
    const copies = new Map<ProjectionName, ServedCopy>();
    for (const document of await this.#projections.find().toArray()) {
      const copy = servedIn(document);
      if (copy !== undefined) copies.set(projectionName(document._id), copy);
    }
    return (this.#known = { since, copies });
  }
}

/** For questions that any node may answer, as of whenever it has heard last. */
export const ANYWHERE = { readPreference: 'primaryPreferred', readConcern: { level: 'local' } } as const;

const copyOfIn =
  ({ copies }: Known): CopyOf =>
  (projection) => {
    const copy = copies.get(projection);
    if (copy === undefined) throw new StoreUnavailable(`${projection} is not there yet.`);
    return copy;
  };

function servedIn({ _id, served, copies, retired }: CopiesDocument): ServedCopy | undefined {
  const copy = copies.find(({ version }) => version === served);
  if (copy === undefined) return undefined;
  const name = (version: number): string => copyName(projectionName(_id), version);
  const before = retired.filter((one) => one.epoch === copy.epoch).map(({ version }) => name(version));
  return { name: name(copy.version), epoch: epoch(copy.epoch), before };
}
