import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.mjs';
import { Failure, say as sayToAll } from '../workspace.mjs';

/** Keeps a part running until it is told to stop: started again whenever it ends, at growing intervals. */
export class KeptRunning {
  #part;
  #backoff;
  #say;
  #stopped = new AbortController();
  #keeping = Promise.resolve();
  #stopping;

  /** @param {import('./service-process.mjs').Part} part @param {{ backoff?: Backoff, say?: (line: string) => void }} [options] */
  constructor(part, { backoff = new Backoff(), say = sayToAll } = {}) {
    this.#part = part;
    this.#backoff = backoff;
    this.#say = say;
  }

  get part() {
    return this.#part;
  }

  /**
   * Starts it and waits until it is ready. Only from then on it is kept running.
   * @param {number} within milliseconds
   * @throws {Failure} where it ends before, or is not ready in time; then it may still run: stop it
   */
  async start(within) {
    const { name } = this.#part;
    const { promise, resolve, reject } = Promise.withResolvers();
    const late = setTimeout(() => reject(new Failure(`${name} was not ready within ${seconds(within)}${this.#lastWords()}`)), within);
    this.#keeping = this.#keep(resolve, (how) => reject(new Failure(`${name} ${how} before it was ready${this.#lastWords()}`)));
    try {
      await promise;
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends it, and it stays so. Asked twice, it is told once. @returns {Promise<boolean>} whether it ended by itself */
  stop() {
    return (this.#stopping ??= this.#stop());
  }

  /** Does not wait any longer. */
  kill() {
    this.#stopped.abort();
    this.#part.kill();
  }

  async #stop() {
    this.#stopped.abort();
    const clean = await this.#part.stop();
    await this.#keeping;
    return clean;
  }

  async #keep(firstReady, neverReady) {
    let wasReady = false;
    while (!this.#stopped.signal.aborted) {
      const begin = performance.now();
      const how = await this.#part.run(() => {
        if (wasReady) this.#say(`${this.#part.name} is ready again (pid ${this.#part.pid})`);
        wasReady = true;
        firstReady();
      });
      if (!wasReady) return neverReady(how);
      if (!this.#stopped.signal.aborted) await this.#pause(how, this.#backoff.after(performance.now() - begin));
    }
  }

  async #pause(how, milliseconds) {
    this.#say(`${this.#part.name} ${how}; it is started again in ${seconds(milliseconds)}`);
    await sleep(milliseconds, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  #lastWords() {
    const words = this.#part.lastWords;
    return words ? `: ${words.slice(0, 1000)}` : '.';
  }
}

const seconds = (milliseconds) => `${milliseconds / 1000} s`;
