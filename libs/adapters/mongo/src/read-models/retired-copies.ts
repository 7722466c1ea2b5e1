import { RETIRED_MILLISECONDS } from './copies.js';
import type { MongoProjectionStore } from './projection-store.js';

export interface RetiredCopiesOptions {
  /** How often it is looked for copies to drop. */
  readonly everyMilliseconds?: number;
  /** How long a copy is kept after another one took its place. */
  readonly keptMilliseconds?: number;
  /** Told once when copies cannot be dropped, and not again before they could. */
  readonly onFailure: (error: unknown) => void;
}

const EVERY_MILLISECONDS = 5000;

/** Drops the copies of projections that are not served any more, once nobody reads them, until it is closed. Any number of these may run. */
export class RetiredCopies {
  readonly #timer: NodeJS.Timeout;
  #dropping: Promise<void> | undefined;
  #failed = false;

  constructor(
    private readonly store: MongoProjectionStore,
    private readonly options: RetiredCopiesOptions,
  ) {
    const look = (): void => {
      this.#dropping ??= this.#drop().finally(() => {
        this.#dropping = undefined;
      });
    };
    this.#timer = setInterval(look, options.everyMilliseconds ?? EVERY_MILLISECONDS).unref();
  }

  /** Resolves when nothing is being dropped any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#dropping;
  }

  async #drop(): Promise<void> {
    try {
      await this.store.discard(this.options.keptMilliseconds ?? RETIRED_MILLISECONDS);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.options.onFailure(error);
      this.#failed = true;
    }
  }
}
