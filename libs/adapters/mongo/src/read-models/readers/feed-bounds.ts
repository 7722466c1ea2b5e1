import {
  BEFORE_FIRST,
  eventId,
  movedTo,
  offset,
  offsetIn,
  partition,
  type FeedPosition,
  type Offset,
  type Partition,
} from '@headwater/event-sourcing';
import type { ClientSession, Collection } from 'mongodb';
import { causalRead } from '../../causal-read.js';
import type { RecordPlace, WatermarkDocument } from '../watermarks.js';

/** A part of one partition: after `from`, up to and including `to`. */
export interface Range {
  readonly partition: Partition;
  readonly from: Offset;
  readonly to: Offset;
}

/**
 * How far the feed has come: the newest record of each partition that has one. Watermarks may lie further, but only what has no record lies
 * between: a position at the record has everything.
 */
export class FeedBounds {
  readonly #last: ReadonlyMap<Partition, RecordPlace>;

  constructor(watermarks: readonly Pick<WatermarkDocument, 'partition' | 'last'>[]) {
    const last = new Map<Partition, RecordPlace>();
    for (const mark of [...watermarks].sort((a, b) => a.partition - b.partition)) {
      if (mark.last !== undefined) last.set(partition(mark.partition), mark.last);
    }
    this.#last = last;
  }

  static async read(watermarks: Collection<WatermarkDocument>, copy: string, session?: ClientSession): Promise<FeedBounds> {
    const options = {
      projection: { _id: 0, partition: 1, last: 1 },
      batchSize: 1000,
      ...(session === undefined ? {} : causalRead(session)),
    };
    return new FeedBounds(await watermarks.find({ copy }, options).toArray());
  }

  at(of: Partition): Offset {
    return offset(this.#last.get(of)?.offset ?? BEFORE_FIRST);
  }

  /** What lies between a position and the bounds, in the order of the log. A position that is past a bound stays: it never goes back. */
  after(position: FeedPosition): readonly Range[] {
    return [...this.#last.keys()]
      .map((of): Range => ({ partition: of, from: offsetIn(position, of), to: this.at(of) }))
      .filter(({ from, to }) => from < to);
  }

  /** The position moved to the bound in these partitions. */
  moved(position: FeedPosition, partitions: Iterable<Partition>): FeedPosition {
    let reached = position;
    for (const of of partitions) {
      const last = this.#last.get(of);
      if (last !== undefined && last.offset > offsetIn(reached, of))
        reached = movedTo(reached, of, offset(last.offset), eventId(last.eventId));
    }
    return reached;
  }

  all(position: FeedPosition): FeedPosition {
    return this.moved(position, this.#last.keys());
  }

  /** The position of somebody who was given everything up to an event, in the order of the log. */
  upTo(position: FeedPosition, { partition: of, offset: at, eventId: id }: RecordPlace & { readonly partition: number }): FeedPosition {
    const before = [...this.#last.keys()].filter((one) => one < of);
    return movedTo(this.moved(position, before), partition(of), offset(at), eventId(id));
  }
}
