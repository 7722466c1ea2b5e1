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
import type { CollectionPlan } from '../collections.js';

interface ParkedDocument {
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

export const parkedName = (copy: string): string => `${copy}_parked`;

export const parkedPlan = (copy: string): CollectionPlan => ({
  name: parkedName(copy),
  indexes: [{ name: 'by_stream', key: { stream: 1, revision: 1 }, unique: true }],
});

interface Standing {
  readonly _id: string;
  readonly at: number;
  readonly last: number;
  readonly eventId: string;
}

/** The events that a copy could not apply, and those that came after them in their streams. */
export class Parked {
  readonly #collection: Collection<ParkedDocument>;

  constructor(
    db: Db,
    private readonly projection: ProjectionName,
    copy: string,
  ) {
    this.#collection = db.collection<ParkedDocument>(parkedName(copy));
  }

  /** @throws StreamUnparked */
  async park(events: readonly ParkedEvent[], session: ClientSession): Promise<void> {
    if (events.length === 0) return;
    await this.#collection.insertMany(
      events.map((event) => ({ ...event })),
      { session, ordered: false },
    );
    const follows: AnyBulkWriteOperation<ParkedDocument>[] = [];
    for (const { stream, revision: next, after } of events) {
      if (after !== undefined) follows.push({ updateOne: { filter: { stream, revision: after }, update: { $set: { next } } } });
    }
    if (follows.length === 0) return;
    const { matchedCount } = await this.#collection.bulkWrite(follows, { session, ordered: false });
    if (matchedCount < follows.length) throw new StreamUnparked(this.projection, await this.#unparkedAmong(events, session));
  }

  async #unparkedAmong(events: readonly ParkedEvent[], session: ClientSession): Promise<StreamName> {
    for (const { stream, after } of events) {
      if (after !== undefined && (await this.#collection.findOne({ stream, revision: after }, { session })) === null) return stream;
    }
    throw new Error('Every event that a parked one follows is there, but one was not found.');
  }

  async forget(stream: StreamName, upTo: Revision, session: ClientSession): Promise<void> {
    await this.#collection.deleteMany({ stream, revision: { $lte: upTo } }, { session });
  }

  /** Of each of the streams that is parked: where it stands, and what was parked last. */
  async among(streams: readonly StreamName[]): Promise<ReadonlyMap<StreamName, ParkedStream>> {
    const found = await this.#collection
      .aggregate<Standing>(
        [
          { $match: { stream: { $in: [...streams] } } },
          { $sort: { stream: 1, revision: 1 } },
          { $group: { _id: '$stream', at: { $first: '$revision' }, last: { $last: '$revision' }, eventId: { $last: '$eventId' } } },
        ],
        { batchSize: streams.length + 1 },
      )
      .toArray();
    return new Map(
      found.map(({ _id, at, last, eventId: id }) => [
        streamName(_id),
        { at: revision(at), last: { revision: revision(last), eventId: eventId(id) } },
      ]),
    );
  }

  /** In order of stream and revision. */
  async list(limit: number, stream?: StreamName): Promise<readonly ParkedEvent[]> {
    const found = this.#collection.find(stream === undefined ? {} : { stream }).sort({ stream: 1, revision: 1 });
    return (await found.limit(limit).toArray()).map(parkedEvent);
  }

  /** How many streams are parked. */
  async count(): Promise<number> {
    const [counted] = await this.#collection
      .aggregate<{ readonly streams: number }>([{ $sort: { stream: 1 } }, { $group: { _id: '$stream' } }, { $count: 'streams' }])
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
