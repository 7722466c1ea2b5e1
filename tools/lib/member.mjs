import { fileURLToPath } from 'node:url';
import { serviceFlags } from '../../scripts/lib/service-flags.mjs';
import { startProcess, untilReady } from './service.mjs';

const main = (app) => fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));

/** Several start together, and share the machine with whatever else runs. */
const START_MS = 120_000;

/** One service of a distributed Headwater as a process, that can be killed, put to sleep and started again at the same address. */
export class Member {
  #app;
  #options;
  #process;

  /** @param {string} app its folder below apps/ @param {{ port: number, log: string, env: Record<string, string> }} options a file for its output */
  constructor(app, options) {
    this.#app = app;
    this.#options = options;
  }

  get name() {
    return this.#app;
  }

  get url() {
    return new URL(`http://127.0.0.1:${this.#options.port}`);
  }

  /** @returns {number} */
  get pid() {
    return this.#process.pid;
  }

  get running() {
    return this.#process?.running() ?? false;
  }

  /** Starts it, and waits until it is ready. */
  async start() {
    const { port, log, env } = this.#options;
    const environment = { PATH: process.env.PATH, HEADWATER_PORT: String(port), ...env };
    this.#process = await startProcess([...serviceFlags, main(this.#app)], { port, log, env: environment, timeout: START_MS });
  }

  /** SIGKILL, and waits for the end. */
  async kill() {
    await this.#process?.kill();
  }

  /** SIGTERM, and waits for the end. @returns {Promise<number | null | undefined>} the exit code */
  async stop() {
    return this.#process?.stop();
  }

  /** SIGSTOP: it sleeps without knowing. */
  pause() {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume() {
    process.kill(this.pid, 'SIGCONT');
  }

  ready() {
    return untilReady(this.url, { running: () => this.running, timeout: START_MS });
  }
}
