import {
  BEFORE_FIRST,
  CopyDropped,
  WatermarkMoved,
  offset,
  type Offset,
  type Partition,
  type ProjectionBatch,
} from '@headwater/event-sourcing';
import type { AnyBulkWriteOperation, ClientSession, Collection, Db } from 'mongodb';
import type { CausalRead } from '../causal-read.js';
import type { CollectionPlan } from '../collections.js';
import { copyName, type Copies } from './copies.js';

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
    db: Db,
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
    const documents = await this.#collection.find({ _id: { $in: batches.map(idOfBatch) } }, { session }).toArray();
    const found = new Map(documents.map((document) => [document._id, document]));
    const changes: AnyBulkWriteOperation<WatermarkDocument>[] = [];
    for (const batch of batches) {
      const id = idOfBatch(batch);
      const before = found.get(id);
      if (before === undefined) await this.#begin(batch, session);
      else mustStand(before, batch);
      changes.push(before === undefined ? { insertOne: { document: begun(id, batch) } } : { updateOne: moved(id, batch) });
    }
    await this.#collection.bulkWrite(changes, { session, ordered: false });
  }

  async #begin({ projection, version, partition, expected }: ProjectionBatch, session: ClientSession): Promise<void> {
    await this.copies.hold(projection, version, session);
    if (expected !== BEFORE_FIRST) throw new WatermarkMoved(projection, partition, expected, BEFORE_FIRST);
  }

  /** From now on nobody moves them. Waits for those who are moving one. */
  async retire(copies: readonly string[]): Promise<void> {
    await this.#collection.updateMany({ copy: { $in: [...copies] } }, { $set: { retired: true } });
  }

  async remove(copy: string): Promise<void> {
    await this.#collection.deleteMany({ copy });
  }
}

function mustStand({ offset: at, retired }: WatermarkDocument, { projection, version, partition, expected }: ProjectionBatch): void {
  if (retired === true) throw new CopyDropped(projection, version);
  if (at !== expected) throw new WatermarkMoved(projection, partition, expected, offset(at));
}

const begun = (id: string, batch: ProjectionBatch): WatermarkDocument => ({
  _id: id,
  copy: copyName(batch.projection, batch.version),
  partition: batch.partition,
  ...reached(batch),
});

const moved = (id: string, batch: ProjectionBatch) => ({ filter: { _id: id, offset: batch.expected }, update: { $set: reached(batch) } });

function reached({ watermark, history }: ProjectionBatch): Pick<WatermarkDocument, 'offset' | 'last'> {
  const last = history.at(-1);
  return { offset: watermark, ...(last === undefined ? {} : { last: { offset: last.offset, eventId: last.eventId } }) };
}
