import { StoreOverloaded } from '@headwater/event-sourcing';

/** How much work waits or is under way. */
export interface Load {
  readonly commits: number;
  readonly bytes: number;
}

/** Bounds work by what it keeps in memory. What is taken last may go beyond the bound, so that nothing is too large to be taken. */
export class Admission {
  #commits = 0;
  #bytes = 0;

  constructor(private readonly bound: Load) {}

  get load(): Load {
    return { commits: this.#commits, bytes: this.#bytes };
  }

  /** Does work that is counted until its end. @throws StoreOverloaded: it was not begun. */
  async within<Result>({ commits, bytes }: Load, work: () => Promise<Result>): Promise<Result> {
    if (this.#commits >= this.bound.commits || this.#bytes >= this.bound.bytes) {
      throw new StoreOverloaded(`${String(this.#commits)} commits wait to be stored: no more are taken just now.`);
    }
    this.#commits += commits;
    this.#bytes += bytes;
    try {
      return await work();
    } finally {
      this.#commits -= commits;
      this.#bytes -= bytes;
    }
  }
}
