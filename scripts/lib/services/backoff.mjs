const defaults = { first: 500, most: 30_000, well: 60_000 };

/** How long to wait before something that ended is started again: twice as long each time, until it has run well for a while. */
export class Backoff {
  #first;
  #most;
  #well;
  #wait = 0;

  /** @param {{ first?: number, most?: number, well?: number }} [times] in milliseconds; `well`: having run this long forgets earlier ends */
  constructor({ first, most, well } = {}) {
    this.#first = first ?? defaults.first;
    this.#most = most ?? defaults.most;
    this.#well = well ?? defaults.well;
  }

  /** @param {number} ran how long it ran, in milliseconds @returns {number} milliseconds to wait */
  after(ran) {
    const fresh = this.#wait === 0 || ran >= this.#well;
    this.#wait = fresh ? this.#first : Math.min(this.#wait * 2, this.#most);
    return this.#wait;
  }
}
