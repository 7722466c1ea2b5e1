/** What was started, stage by stage, to be ended the other way round: who answers clients first, what everything stands on last. */
export class Stages {
  #stages = [];

  /**
   * Starts the parts of a stage together and waits until all are ready.
   * @param {readonly import('./kept-running.mjs').KeptRunning[]} parts @param {number} within milliseconds
   * @throws {Failure} where one does not become ready
   */
  async start(parts, within) {
    this.#stages.unshift(parts);
    await Promise.all(parts.map((part) => part.start(within)));
  }

  /** Ends everything. @returns {Promise<readonly string[]>} the names of those that had to be killed */
  async stop() {
    const killed = [];
    for (const parts of this.#stages) {
      const ends = parts.map(async (one) => ({ name: one.part.name, clean: await one.stop() }));
      killed.push(...(await Promise.all(ends)).filter(({ clean }) => !clean).map(({ name }) => name));
    }
    return killed;
  }

  /** Does not wait for anything any longer. */
  kill() {
    for (const part of this.#stages.flat()) part.kill();
  }
}
