import {
  BEFORE_FIRST,
  CopyDropped,
  WatermarkMoved,
  offset,
  type Offset,
  type Partition,
  type ProjectionBatch,
} from '@headwater/event-sourcing';
import type { ClientSession, Collection, Db } from 'mongodb';
import type { CausalRead } from '../causal-read.js';
import type { CollectionPlan } from '../collections.js';
import { copyName, type Copies } from './copies.js';
import { updateSmall, type SmallUpdate } from './small-writes.js';

/** How far a copy has come in a partition. There is none before its first batch. */
export interface WatermarkDocument {
  readonly _id: string;
  readonly copy: string;
  readonly partition: number;
  readonly offset: number;
  /** The newest record of the history in this partition, where the copy has one: a feed's position is there, and is marked by its event. */
  readonly last?: RecordPlace;
  /** The copy is not served any more: readers that are in the middle may still see it, nobody moves it. */
  readonly retired?: true;
}

export interface RecordPlace {
  readonly offset: number;
  readonly eventId: string;
}

export const WATERMARKS_COLLECTION = 'watermarks';

export const WATERMARKS_PLAN: CollectionPlan = { name: WATERMARKS_COLLECTION, indexes: [{ name: 'by_copy', key: { copy: 1 } }] };

const idOf = (copy: string, of: Partition): string => `${copy}/${String(of)}`;

const idOfBatch = ({ projection, version, partition }: ProjectionBatch): string => idOf(copyName(projection, version), partition);

/** The watermarks of all copies. */
export class Watermarks {
  readonly #collection: Collection<WatermarkDocument>;

  constructor(
    private readonly db: Db,
    private readonly copies: Copies,
  ) {
    this.#collection = db.collection<WatermarkDocument>(WATERMARKS_COLLECTION);
  }

  async at(copy: string, of: Partition, read: CausalRead): Promise<Offset> {
    const found = await this.#collection.findOne({ _id: idOf(copy, of) }, { ...read, projection: { offset: 1 } });
    return found === null ? BEFORE_FIRST : offset(found.offset);
  }

  /** All of a copy. */
  of(copy: string): Promise<readonly WatermarkDocument[]> {
    return this.#collection.find({ copy }).toArray();
  }

  /**
   * Moves the watermarks of all batches by compare-and-set. What is read here was so when the transaction began, and what is written conflicts
   * with everybody who has written since.
   *
   * @throws WatermarkMoved, CopyDropped
   */
  async advance(batches: readonly ProjectionBatch[], session: ClientSession): Promise<void> {
    const first = batches.filter(({ expected }) => expected === BEFORE_FIRST);
    if (first.length > 0) await this.#begin(first, session);
    const further = batches.filter(({ expected }) => expected !== BEFORE_FIRST);
    if (further.length > 0) await this.#move(further, session);
  }

  async #begin(batches: readonly ProjectionBatch[], session: ClientSession): Promise<void> {
    const found = await this.#find(batches, session);
    for (const batch of batches) {
      const before = found.get(idOfBatch(batch));
      if (before !== undefined) throw passedBy(batch, before);
      await this.copies.hold(batch.projection, batch.version, session);
    }
    await this.#collection.insertMany(batches.map(begun), { session, ordered: false });
  }

  async #move(batches: readonly ProjectionBatch[], session: ClientSession): Promise<void> {
    const matched = await updateSmall(this.db, WATERMARKS_COLLECTION, batches.map(moved), session);
    if (matched === batches.length) return;
    // Those that did match stand here as they would after this batch: one of the others is told of, if there is one that is not alike.
    const found = await this.#find(batches, session);
    const last = batches.map((batch) => ({ batch, mark: found.get(idOfBatch(batch)) }));
    const lost = last.find(({ batch, mark }) => mark?.offset !== batch.watermark || mark.retired === true) ?? last[0];
    if (lost === undefined) return;
    if (lost.mark !== undefined) throw passedBy(lost.batch, lost.mark);
    await this.copies.hold(lost.batch.projection, lost.batch.version, session);
    throw new WatermarkMoved(lost.batch.projection, lost.batch.partition, lost.batch.expected, BEFORE_FIRST);
  }

  async #find(batches: readonly ProjectionBatch[], session: ClientSession): Promise<ReadonlyMap<string, WatermarkDocument>> {
    const documents = await this.#collection.find({ _id: { $in: batches.map(idOfBatch) } }, { session }).toArray();
    return new Map(documents.map((document) => [document._id, document]));
  }

  /** From now on nobody moves them. Waits for those who are moving one. */
  async retire(copies: readonly string[]): Promise<void> {
    await this.#collection.updateMany({ copy: { $in: [...copies] } }, { $set: { retired: true } });
  }

  async remove(copy: string): Promise<void> {
    await this.#collection.deleteMany({ copy });
  }
}

/** Why a batch cannot move a watermark. */
function passedBy(
  { projection, version, partition, expected }: ProjectionBatch,
  { offset: at, retired }: WatermarkDocument,
): CopyDropped | WatermarkMoved {
  return retired === true ? new CopyDropped(projection, version) : new WatermarkMoved(projection, partition, expected, offset(at));
}

const begun = (batch: ProjectionBatch): WatermarkDocument => ({
  _id: idOfBatch(batch),
  copy: copyName(batch.projection, batch.version),
  partition: batch.partition,
  ...reached(batch),
});

const moved = (batch: ProjectionBatch): SmallUpdate => ({
  q: { _id: idOfBatch(batch), offset: batch.expected, retired: { $exists: false } },
  u: { $set: reached(batch) },
});

function reached({ watermark, history }: ProjectionBatch): Pick<WatermarkDocument, 'offset' | 'last'> {
  const last = history.at(-1);
  return { offset: watermark, ...(last === undefined ? {} : { last: { offset: last.offset, eventId: last.eventId } }) };
}
