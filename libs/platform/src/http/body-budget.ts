/**
 * Bounds what bodies of requests keep in memory together, from their first byte to the end of the answer: each has a limit, but how many are
 * sent at one time is for the clients to decide (design.md, invariant 7).
 */
export class BodyBudget {
  #held = 0;

  constructor(private readonly most: number) {}

  get held(): number {
    return this.#held;
  }

  /** Takes room for some bytes more. A request that is alone always gets it: its own limit bounds it. @returns whether there was room. */
  take(bytes: number, alreadyTaken: number): boolean {
    if (this.#held + bytes > this.most && this.#held > alreadyTaken) return false;
    this.#held += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
  }
}
