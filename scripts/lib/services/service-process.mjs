import { spawn } from 'node:child_process';
import { tiedToOurLife } from '../../servers/server-process.mjs';
import { follow } from './output.mjs';
import { untilReady } from './readiness.mjs';

/**
 * What can be kept running (kept-running.mjs).
 * @typedef {object} Part
 * @property {string} name
 * @property {number | undefined} pid while it runs
 * @property {(ready: () => void) => Promise<string>} run runs it until it ends, and tells when it is ready; gives how it ended, as in "ended with exit code 1"
 * @property {() => Promise<boolean>} stop asks it to end and waits; gives whether it did so by itself
 * @property {() => void} kill ends it at once
 */

/**
 * One service as a child process of ours, asked to end when we are gone; each line that it prints is told with its name before it.
 * @implements {Part}
 */
export class ServiceProcess {
  name;
  #command;
  #url;
  #print;
  #stopWithin;
  #child;
  #ended = Promise.resolve();
  #killed = false;
  #refusal = '';
  #complaint = '';

  /**
   * @param {object} options
   * @param {string} options.name
   * @param {{ program: string, args: readonly string[], env: NodeJS.ProcessEnv }} options.command
   * @param {string} options.url where it serves /health/ready
   * @param {import('./output.mjs').Print} options.print
   * @param {number} options.stopWithin milliseconds that it may take to end before it is killed
   */
  constructor({ name, command, url, print, stopWithin }) {
    this.name = name;
    this.#command = command;
    this.#url = url;
    this.#print = print;
    this.#stopWithin = stopWithin;
  }

  get pid() {
    return this.#child?.pid;
  }

  get url() {
    return this.#url;
  }

  /** What it last said, of why it is not ready or why it ended. */
  get lastWords() {
    return this.#complaint || this.#refusal;
  }

  /** @param {() => void} ready @returns {Promise<string>} */
  async run(ready) {
    this.#refusal = this.#complaint = '';
    this.#killed = false;
    const { program, args, env } = this.#command;
    const [first, ...rest] = [...tiedToOurLife('TERM'), program, ...args];
    const child = spawn(first, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    follow(child, this.name, (name, stream, line) => {
      if (stream === 'stderr') this.#complaint = line;
      this.#print(name, stream, line);
    });
    const waiting = new AbortController();
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('close', (code, signal) => resolve(code === null ? `was ended by ${signal}` : `ended with exit code ${code}`));
    });
    this.#ended = ended;
    void untilReady(this.#url, { signal: waiting.signal, refused: (answer) => (this.#refusal = answer) }).then(
      (isReady) => isReady && ready(),
    );
    const how = await ended;
    waiting.abort();
    this.#child = undefined;
    return how;
  }

  /** SIGTERM, SIGKILL where that is not enough in time. @returns {Promise<boolean>} */
  async stop() {
    this.#child?.kill('SIGTERM');
    const late = setTimeout(() => this.kill(), this.#stopWithin);
    await this.#ended;
    clearTimeout(late);
    return !this.#killed;
  }

  kill() {
    if (this.#child?.kill('SIGKILL')) this.#killed = true;
  }
}
