import {
  StreamUnparked,
  eventId,
  offset,
  partition,
  revision,
  streamName,
  type ParkedEvent,
  type ParkedStream,
  type ProjectionName,
  type Revision,
  type StreamName,
} from '@headwater/event-sourcing';
import type { AnyBulkWriteOperation, ClientSession, Collection, Db } from 'mongodb';
import type { CausalRead } from '../causal-read.js';
import type { CollectionPlan } from '../collections.js';

interface ParkedDocument {
  readonly copy: string;
  readonly stream: string;
  readonly revision: number;
  readonly eventId: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly after?: number;
  /** The parked revision that follows: written with it, so that this event cannot be taken away at the same time. */
  readonly next?: number;
}

const PARKED_COLLECTION = 'parked';

export const PARKED_PLAN: CollectionPlan = {
  name: PARKED_COLLECTION,
  indexes: [{ name: 'by_stream', key: { copy: 1, stream: 1, revision: 1 }, unique: true }],
};

/** Whether any event of these copies is parked. */
export const isAnyParked = (db: Db, copies: readonly string[], read: Partial<CausalRead>): Promise<boolean> =>
  anyParked(db.collection<ParkedDocument>(PARKED_COLLECTION), copies, read);

async function anyParked(collection: Collection<ParkedDocument>, copies: readonly string[], read: Partial<CausalRead>): Promise<boolean> {
  return (await collection.findOne({ copy: { $in: [...copies] } }, { ...read, projection: { _id: 0, copy: 1 } })) !== null;
}

interface Standing {
  readonly _id: string;
  readonly at: number;
  readonly last: number;
  readonly eventId: string;
}

/** Streams that are asked for by name at once; for more, it is worth a question first whether any is parked. */
const FEW = 3;

/** The events that a copy could not apply, and those that came after them in their streams. */
export class Parked {
  readonly #collection: Collection<ParkedDocument>;

  constructor(
    db: Db,
    private readonly projection: ProjectionName,
    private readonly copy: string,
  ) {
    this.#collection = db.collection<ParkedDocument>(PARKED_COLLECTION);
  }

  /** @throws StreamUnparked */
  async park(events: readonly ParkedEvent[], session: ClientSession): Promise<void> {
    if (events.length === 0) return;
    const { copy } = this;
    await this.#collection.insertMany(
      events.map((event) => ({ copy, ...event })),
      { session, ordered: false },
    );
    const follows: AnyBulkWriteOperation<ParkedDocument>[] = [];
    for (const { stream, revision: next, after } of events) {
      if (after !== undefined) follows.push({ updateOne: { filter: { copy, stream, revision: after }, update: { $set: { next } } } });
    }
    if (follows.length === 0) return;
    const { matchedCount } = await this.#collection.bulkWrite(follows, { session, ordered: false });
    if (matchedCount < follows.length) throw new StreamUnparked(this.projection, await this.#unparkedAmong(events, session));
  }

  async #unparkedAmong(events: readonly ParkedEvent[], session: ClientSession): Promise<StreamName> {
    const { copy } = this;
    for (const { stream, after } of events) {
      if (after !== undefined && (await this.#collection.findOne({ copy, stream, revision: after }, { session })) === null) return stream;
    }
    throw new Error('Every event that a parked one follows is there, but one was not found.');
  }

  async forget(stream: StreamName, upTo: Revision, session: ClientSession): Promise<void> {
    await this.#collection.deleteMany({ copy: this.copy, stream, revision: { $lte: upTo } }, { session });
  }

  /** Of each of the streams that is parked: where it stands, and what was parked last. */
  async among(streams: readonly StreamName[], read: Partial<CausalRead> = {}): Promise<ReadonlyMap<StreamName, ParkedStream>> {
    // The usual case is none at all, which is found out without naming the streams.
    if (streams.length > FEW && (await this.#isEmpty(read))) return new Map();
    const found = await this.#collection
      .aggregate<Standing>(
        [
          { $match: { copy: this.copy, stream: { $in: [...streams] } } },
          { $sort: { copy: 1, stream: 1, revision: 1 } },
          { $group: { _id: '$stream', at: { $first: '$revision' }, last: { $last: '$revision' }, eventId: { $last: '$eventId' } } },
        ],
        { ...read, batchSize: streams.length + 1 },
      )
      .toArray();
    return new Map(
      found.map(({ _id, at, last, eventId: id }) => [
        streamName(_id),
        { at: revision(at), last: { revision: revision(last), eventId: eventId(id) } },
      ]),
    );
  }

  async #isEmpty(read: Partial<CausalRead>): Promise<boolean> {
    return !(await anyParked(this.#collection, [this.copy], read));
  }

  /** In order of stream and revision. */
  async list(limit: number, stream: StreamName | undefined, read: CausalRead): Promise<readonly ParkedEvent[]> {
    const found = this.#collection
      .find({ copy: this.copy, ...(stream === undefined ? {} : { stream }) }, read)
      .sort({ copy: 1, stream: 1, revision: 1 });
    return (await found.limit(limit).toArray()).map(parkedEvent);
  }

  /** Forgets everything of the copy. */
  async clear(): Promise<void> {
    await this.#collection.deleteMany({ copy: this.copy });
  }

  /** How many streams are parked. */
  async count(): Promise<number> {
    const [counted] = await this.#collection
      .aggregate<{ readonly streams: number }>([{ $match: { copy: this.copy } }, { $group: { _id: '$stream' } }, { $count: 'streams' }])
      .toArray();
    return counted?.streams ?? 0;
  }
}

const parkedEvent = ({ stream, revision: at, eventId: id, partition: of, offset: place, reason, after }: ParkedDocument): ParkedEvent => ({
  stream: streamName(stream),
  revision: revision(at),
  eventId: eventId(id),
  partition: partition(of),
  offset: offset(place),
  reason,
  ...(after === undefined ? {} : { after: revision(after) }),
});
