import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 2;

/** Divides long work into slices, between which everything else of the process gets its turn. */
export class Slices {
  #end = performance.now() + SLICE_MS;

  /** To be called between pieces of work; a promise only where it is time to let others go first. */
  pause(): Promise<void> | undefined {
    return performance.now() < this.#end ? undefined : this.#yield();
  }

  async #yield(): Promise<void> {
    await setImmediate();
    this.#end = performance.now() + SLICE_MS;
  }
}
