import { FEED, LINKS, RESOURCES } from '@headwater/read-models';
import type { Collection } from 'mongodb';
import type { MongoDatabase } from '../../database.js';
import type { ServedCopies } from '../served-copies.js';
import { WATERMARKS_COLLECTION, type WatermarkDocument } from '../watermarks.js';

export interface AdvanceOptions {
  readonly pollMilliseconds: number;
  /** Told once when the read models cannot be watched, and not again before they could. */
  readonly onFailure: (error: unknown) => void;
}

/** Who asks less often, so as not to add to what is wrong. */
const LONGEST_WAIT_MS = 2000;

/** Where nothing has moved for a while, it is looked so many times less often. */
const QUIET = { afterMs: 200, times: 3 } as const;

/** Whose moves are told: what requests wait for, and what streams of events come from. */
const WATCHED = [FEED, RESOURCES, LINKS];

/** Watches how far the read models have come, by one small question every few milliseconds, as long as somebody listens. */
export class FeedAdvance {
  readonly #watermarks: Collection<WatermarkDocument>;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #seen: string | undefined;
  #failures = 0;
  #movedAt = -Infinity;

  constructor(
    { db }: MongoDatabase,
    private readonly served: ServedCopies,
    private readonly options: AdvanceOptions,
  ) {
    this.#watermarks = db.collection<WatermarkDocument>(WATERMARKS_COLLECTION);
  }

  listen(listener: () => void): () => void {
    // A function of its own, so that the same listener may be given twice.
    const call = (): void => listener();
    this.#listeners.add(call);
    if (this.#listeners.size === 1) {
      // What moved while nobody listened is told at once: it is not known whether anybody saw it.
      this.#seen = undefined;
      this.#lookIn(0);
    }
    return () => {
      this.#listeners.delete(call);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  #lookIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), milliseconds).unref();
  }

  async #look(): Promise<void> {
    try {
      const now = await this.#standing();
      this.#failures = 0;
      const moved = now !== this.#seen;
      this.#seen = now;
      if (moved) {
        this.#movedAt = performance.now();
        for (const call of [...this.#listeners]) call();
      }
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1) this.options.onFailure(error);
    }
    if (this.#listeners.size === 0) return;
    const pace = performance.now() - this.#movedAt < QUIET.afterMs ? 1 : QUIET.times;
    this.#lookIn(Math.min(LONGEST_WAIT_MS, this.options.pollMilliseconds * pace * 2 ** Math.min(this.#failures, 10)));
  }

  /** Which copies are served, and the sum of how far they have come: watermarks only grow. */
  async #standing(): Promise<string> {
    const copies = await this.served.names(WATCHED);
    const options = { projection: { _id: 0, offset: 1 }, batchSize: 1000 };
    let entries = 0;
    for (const { offset } of await this.#watermarks.find({ copy: { $in: [...copies] } }, options).toArray()) entries += offset + 1;
    return `${copies.join(' ')} ${String(entries)}`;
  }
}
