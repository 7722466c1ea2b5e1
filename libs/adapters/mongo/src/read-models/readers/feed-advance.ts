import { FEED, LINKS, RESOURCES } from '@headwater/read-models';
import type { Collection } from 'mongodb';
import type { MongoDatabase } from '../../database.js';
import type { SeenTime } from '../../seen-time.js';
import type { ServedCopies } from '../served-copies.js';
import { WATERMARKS_COLLECTION, type WatermarkDocument } from '../watermarks.js';
import { FeedBounds } from './feed-bounds.js';

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

type Standing = Pick<WatermarkDocument, 'copy' | 'partition' | 'offset' | 'last'>;

/** Watches how far the read models have come, by one small question every few milliseconds, as long as somebody listens. */
export class FeedAdvance {
  readonly #watermarks: Collection<WatermarkDocument>;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #standing: string | undefined;
  #told: { readonly copy: string | undefined; readonly bounds: FeedBounds } | undefined;
  #failures = 0;
  #movedAt = -Infinity;

  constructor(
    { db }: MongoDatabase,
    private readonly served: ServedCopies,
    /** Notes what is told of, so that what is read on account of it is no older. */
    private readonly seen: SeenTime,
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
      this.#standing = undefined;
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
      const standing = await this.#ask();
      this.#failures = 0;
      const moved = standing !== this.#standing;
      this.#standing = standing;
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

  /** How far a copy of the feed had come when it was told of last; undefined where another copy was told of. */
  told(copy: string): FeedBounds | undefined {
    return this.#told?.copy === copy ? this.#told.bounds : undefined;
  }

  /** Which copies are served, and the sum of how far they have come: watermarks only grow. */
  async #ask(): Promise<string> {
    const copies = await this.served.names(WATCHED);
    const [feed] = await this.served.names([FEED]);
    const found = await this.seen.read((read) =>
      this.#watermarks
        .find<Standing>(
          { copy: { $in: [...copies] } },
          { ...read, projection: { _id: 0, copy: 1, partition: 1, offset: 1, last: 1 }, batchSize: 1000 },
        )
        .toArray(),
    );
    this.#told = { copy: feed, bounds: new FeedBounds(found.filter(({ copy }) => copy === feed)) };
    return `${copies.join(' ')} ${String(found.reduce((sum, { offset }) => sum + offset + 1, 0))}`;
  }
}
