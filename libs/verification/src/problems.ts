/** Problems that are kept in words; of those beyond, the number. */
const MAX_PROBLEMS = 100;

/** What every verification says. */
export interface Findings {
  /** Whether there is no problem. */
  readonly ok: boolean;
  readonly epoch: string;
  readonly events: number;
  readonly streams: number;
  /** What is wrong, in words; the first of them where there are many. */
  readonly problems: readonly string[];
  readonly moreProblems: number;
}

/** What is found to be wrong, bounded: where much is wrong, the beginning says what. */
export class Problems {
  readonly #found: string[] = [];
  #more = 0;

  readonly add = (text: string): void => {
    if (this.#found.length < MAX_PROBLEMS) this.#found.push(text);
    else this.#more += 1;
  };

  /** As a report tells it. */
  get asFound(): Pick<Findings, 'ok' | 'problems' | 'moreProblems'> {
    return { ok: this.#found.length === 0, problems: this.#found, moreProblems: this.#more };
  }
}
