import {
  CopyDropped,
  epoch,
  projectionName,
  type Epoch,
  type ProjectionCopies,
  type ProjectionCopy,
  type ProjectionName,
} from '@headwater/event-sourcing';
import type { ClientSession, Collection, Db, Document } from 'mongodb';
import type { CausalRead } from '../causal-read.js';
import type { CollectionPlan } from '../collections.js';

/** The copies of one projection: one document, so that which of them is served changes for everybody at once. */
export interface CopiesDocument {
  readonly _id: string;
  readonly served?: number;
  readonly copies: readonly CopyEntry[];
  /** Not served any more, and kept for readers that were in the middle; `at` is the database's clock. */
  readonly retired: readonly { readonly version: number; readonly epoch: string; readonly at: Date }[];
}

interface CopyEntry {
  readonly version: number;
  readonly epoch: string;
  /** Counts the changes that must not overlap with the copy's retirement. */
  readonly changes: number;
}

export const PROJECTIONS_COLLECTION = 'projections';

/** What belongs to all copies. Made with the first of them. */
export const PROJECTIONS_PLAN: CollectionPlan = { name: PROJECTIONS_COLLECTION, indexes: [] };

/** How long a copy is kept after another one took its place: far longer than a reader believes what it knows of copies. */
export const RETIRED_MILLISECONDS = 15_000;

/** Names a copy: what its collections' names begin with, and what its watermarks carry. */
export const copyName = (projection: ProjectionName, version: number): string => `${projection}_${String(version)}`;

const has = (document: CopiesDocument | undefined, version: number): boolean =>
  document?.copies.some((copy) => copy.version === version) === true;

/** How old what is known of copies may be where nothing rests on it. */
const KNOWN_MILLISECONDS = 5000;

/** Which copies there are. Everything that changes it is one atomic change of one document. */
export class Copies {
  readonly #collection: Collection<CopiesDocument>;
  readonly #known = new Map<ProjectionName, { readonly at: number; readonly document: Promise<CopiesDocument | undefined> }>();

  constructor(db: Db) {
    this.#collection = db.collection<CopiesDocument>(PROJECTIONS_COLLECTION);
  }

  async read(projection: ProjectionName, read: Partial<CausalRead> = {}): Promise<CopiesDocument | undefined> {
    return (await this.#collection.findOne({ _id: projection }, read)) ?? undefined;
  }

  /** Whether a copy is there, as of some seconds ago at most: for questions that a dropped copy answers with nothing. */
  async isKnown(projection: ProjectionName, version: number): Promise<boolean> {
    const known = this.#known.get(projection);
    if (known !== undefined && performance.now() - known.at < KNOWN_MILLISECONDS) {
      const document = await known.document;
      if (has(document, version)) return true;
    }
    const document = this.read(projection);
    this.#known.set(projection, { at: performance.now(), document });
    document.catch(() => this.#known.delete(projection));
    return has(await document, version);
  }

  /** @throws CopyDropped */
  async mustHave(projection: ProjectionName, version: number, read: CausalRead): Promise<void> {
    if (!has(await this.read(projection, read), version)) throw new CopyDropped(projection, version);
  }

  /** Makes the transaction one that cannot overlap with the copy's retirement. @throws CopyDropped */
  async hold(projection: ProjectionName, version: number, session: ClientSession): Promise<void> {
    const { matchedCount } = await this.#collection.updateOne(
      { _id: projection, 'copies.version': version },
      { $inc: { 'copies.$.changes': 1 } },
      { session },
    );
    if (matchedCount === 0) throw new CopyDropped(projection, version);
  }

  /** Enters a copy, if there is none of that version. Its collections are there already. */
  async enter(projection: ProjectionName, version: number, of: Epoch): Promise<void> {
    this.#known.delete(projection);
    await this.#collection.updateOne({ _id: projection }, { $setOnInsert: { copies: [], retired: [] } }, { upsert: true });
    const entry: CopyEntry = { version, epoch: of, changes: 0 };
    await this.#collection.updateOne({ _id: projection, 'copies.version': { $ne: version } }, { $push: { copies: entry } });
  }

  /**
   * Serves a version; the one that was served and every older one are retired.
   *
   * @returns the retired versions. @throws CopyDropped
   */
  async serve(projection: ProjectionName, version: number): Promise<readonly number[]> {
    this.#known.delete(projection);
    const served = await this.#collection.findOneAndUpdate({ _id: projection, 'copies.version': version }, serving(version), {
      returnDocument: 'after',
    });
    if (served === null) throw new CopyDropped(projection, version);
    return served.retired.map((copy) => copy.version);
  }

  /** The retired copies whose time is over. */
  async expired(keptMilliseconds: number): Promise<readonly { readonly projection: ProjectionName; readonly version: number }[]> {
    const isOver = { $lt: ['$$copy.at', { $subtract: ['$$NOW', keptMilliseconds] }] };
    const versions = { $map: { input: { $filter: { input: '$retired', as: 'copy', cond: isOver } }, in: '$$this.version' } };
    const found = this.#collection.aggregate<{ readonly _id: string; readonly versions: readonly number[] }>([{ $project: { versions } }]);
    const expired: { projection: ProjectionName; version: number }[] = [];
    for (const { _id, versions: all } of await found.toArray()) {
      for (const version of all) expired.push({ projection: projectionName(_id), version });
    }
    return expired;
  }

  /** Forgets a retired copy: nothing of it is left. */
  async forget(projection: ProjectionName, version: number): Promise<void> {
    await this.#collection.updateOne({ _id: projection }, { $pull: { retired: { version } } });
  }
}

/** The copies of a projection, by version. */
export function copiesIn(document: CopiesDocument | undefined): ProjectionCopies {
  const copies = [...(document?.copies ?? [])].sort((a, b) => a.version - b.version);
  const shown = ({ version, epoch: of }: CopyEntry): ProjectionCopy => ({ version, epoch: epoch(of) });
  const served = copies.find(({ version }) => version === document?.served);
  return { ...(served === undefined ? {} : { served: shown(served) }), building: copies.filter((copy) => copy !== served).map(shown) };
}

/** The change that serves a version: computed by the server from what the document holds at that moment. */
function serving(version: number): Document[] {
  const isReplaced = { $and: [{ $ne: ['$$this.version', version] }, { $eq: ['$$this.version', '$served'] }] };
  const goes = { $or: [{ $lt: ['$$this.version', version] }, isReplaced] };
  const filtered = (cond: Document): Document => ({ $filter: { input: '$copies', as: 'this', cond } });
  const retiring = { version: '$$this.version', epoch: '$$this.epoch', at: '$$NOW' };
  return [
    {
      $set: {
        retired: { $concatArrays: ['$retired', { $map: { input: filtered(goes), as: 'this', in: retiring } }] },
        copies: filtered({ $not: [goes] }),
        served: version,
      },
    },
  ];
}
