import { setTimeout as sleep } from 'node:timers/promises';

/**
 * When the partitions of a relay are published: together, so that what they ask of the store and send to the log goes together too, and no
 * more often than once in so many milliseconds, so that it is worth it. After a rest, at once.
 */
export class Rounds {
  readonly #everyMs: number;
  #last = -Infinity;
  #next: Promise<void> | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Resolves when the next round begins, for everybody who waits for it. */
  next(): Promise<void> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  async #begin(): Promise<void> {
    const left = this.#last + this.#everyMs - performance.now();
    // Also where it begins at once it is after those are told who wait.
    await (left > 0 ? sleep(left) : undefined);
    this.#last = performance.now();
    this.#next = undefined;
  }
}
