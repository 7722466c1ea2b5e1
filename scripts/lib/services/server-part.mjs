/**
 * A server that was started for the services (scripts/servers), as a part that is kept running, on its data.
 * @implements {import('./service-process.mjs').Part}
 */
export class ServerPart {
  name;
  #server;
  #stopping = false;
  #killed = false;
  #problem = '';

  /**
   * @param {string} name
   * @param {import('../../servers/kafka-broker.mjs').KafkaBroker | import('../../servers/mongo-node.mjs').MongoNode} server that runs already
   */
  constructor(name, server) {
    this.name = name;
    this.#server = server;
  }

  get pid() {
    return this.#server.pid;
  }

  get lastWords() {
    return this.#problem;
  }

  /** @param {() => void} ready @returns {Promise<string>} */
  async run(ready) {
    this.#problem = '';
    try {
      if (!this.#server.running) await this.#server.start();
    } catch (error) {
      this.#problem = error.message;
      return `could not be started: ${error.summary ?? error.message}`;
    }
    if (this.#stopping) await this.#server.stop();
    else ready();
    const { code, signal } = await this.#server.ended;
    return code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
  }

  /** @returns {Promise<boolean>} */
  async stop() {
    this.#stopping = true;
    await this.#server.stop();
    return !this.#killed;
  }

  kill() {
    this.#stopping = this.#killed = true;
    void this.#server.kill();
  }
}
