import { Pause } from './pause.js';

/** Work that is done again and again, one time after the other, until it is ended. */
export class Repeating {
  readonly #work: () => Promise<number>;
  readonly #pause = new Pause();
  #ended = false;
  #running: Promise<void> | undefined;

  /** @param work resolves with the milliseconds until the next time, and never rejects. */
  constructor(work: () => Promise<number>) {
    this.#work = work;
  }

  begin(): void {
    this.#running ??= this.#run();
  }

  /** The next time is now, or as soon as this one is over. */
  hurry(): void {
    this.#pause.cutShort();
  }

  /** Returns once the work in hand is done. Nothing is begun any more. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#pause.cutShort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      const milliseconds = await this.#work();
      await this.#pause.wait(milliseconds);
    }
  }
}
