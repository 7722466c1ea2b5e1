import { setTimeout as sleep } from 'node:timers/promises';

/** Bounds of the time from one round to the next, in milliseconds. */
export interface RoundsBounds {
  readonly least: number;
  readonly most: number;
}

/** From one round to the next it is so many times as long as the last one took: the rest of the time is others'. */
const PACE = 2;

/**
 * When the partitions of a relay are published: together, so that what they ask of the store and send to the log goes together too, and the
 * less often the longer a round takes: whoever is busy gains most from having more in each. After a rest, at once.
 */
export class Rounds {
  readonly #bounds: RoundsBounds;
  #last = -Infinity;
  /** Of what was begun with the last round, what took longest. */
  #took = 0;
  #next: Promise<void> | undefined;

  constructor(bounds: RoundsBounds) {
    this.#bounds = bounds;
  }

  /** Resolves when the next round begins, for everybody who waits for it. */
  next(): Promise<void> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  /** A partition's part of the round that was begun last took so many milliseconds. */
  took(milliseconds: number): void {
    this.#took = Math.max(this.#took, milliseconds);
  }

  async #begin(): Promise<void> {
    const { least, most } = this.#bounds;
    const every = Math.min(most, Math.max(least, PACE * this.#took));
    const left = this.#last + every - performance.now();
    // Also where it begins at once it is after those are told who wait.
    await (left > 0 ? sleep(left) : undefined);
    this.#last = performance.now();
    this.#took = 0;
    this.#next = undefined;
  }
}
