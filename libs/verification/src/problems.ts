/** Problems that are kept in words; of those beyond, the number. */
const MAX_PROBLEMS = 100;

/** What is found to be wrong, bounded: where much is wrong, the beginning says what. */
export class Problems {
  readonly #found: string[] = [];
  #more = 0;

  readonly add = (text: string): void => {
    if (this.#found.length < MAX_PROBLEMS) this.#found.push(text);
    else this.#more += 1;
  };

  get found(): readonly string[] {
    return this.#found;
  }

  /** How many there were beyond those that were kept. */
  get more(): number {
    return this.#more;
  }
}
