import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../lib/workspace.mjs';
import { findOnPath } from './programs.mjs';

const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/**
 * One server as a child process, with its output in a file. It does not outlive us: where Linux can be asked for that, not even when we are
 * killed; elsewhere the next start ends it (run-folder.mjs).
 */
export class ServerProcess {
  #child;
  #ended;
  #stopMilliseconds;

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {{ log: string, stopMilliseconds?: number }} options the file for its output, and how long it may take to end by itself
   */
  constructor(command, args, { log, stopMilliseconds = 10_000 }) {
    const output = openSync(log, 'a');
    const [program, ...rest] = [...tiedToOurLife(), command, ...args];
    this.#child = spawn(program, rest, { stdio: ['ignore', output, output] });
    closeSync(output);
    this.#stopMilliseconds = stopMilliseconds;
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
      this.#child.once('error', () => resolve({ code: null, signal: null }));
    });
    if (this.#child.pid === undefined) return;
    running.add(this.#child);
    void this.#ended.then(() => running.delete(this.#child));
  }

  /** @returns {number} */
  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} how it ended, once it has */
  get ended() {
    return this.#ended;
  }

  /** SIGTERM, SIGKILL where that is not enough, and waits for the end. */
  async stop() {
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), this.#stopMilliseconds);
    await this.#ended;
    clearTimeout(late);
  }

  /** SIGKILL, and waits for the end. */
  async kill() {
    if (this.running) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** @param {NodeJS.Signals} name as SIGSTOP and SIGCONT */
  signal(name) {
    this.#child.kill(name);
  }
}

/**
 * The command before a command that asks Linux to end the process when we are gone. It becomes the process: the pid is that of the command.
 * @param {'KILL' | 'TERM'} [signal]
 * @returns {string[]} nothing where the system cannot be asked
 */
export function tiedToOurLife(signal = 'KILL') {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
  return setpriv ? [setpriv, '--pdeathsig', signal] : [];
}

/** A server does not come up, or does not answer. */
export class ServerNotReady extends Failure {
  /** @param {string} what @param {string} problem @param {string} [log] its end is told too */
  constructor(what, problem, log) {
    const summary = `${what}: ${problem}`;
    super(`${summary}${log ? `; the end of its output:\n${readFileSync(log, 'utf8').slice(-2000)}` : ''}`);
    /** The message in one line. */
    this.summary = summary;
  }
}

/**
 * Asks until the answer is not undefined; an error is one more reason to ask again.
 * @template T
 * @param {string} what is waited for
 * @param {() => Promise<T | undefined>} ask
 * @param {{ milliseconds: number, process?: ServerProcess, log?: string }} options the process that must go on running meanwhile, and its log
 * @returns {Promise<T>}
 * @throws {ServerNotReady}
 */
export async function until(what, ask, { milliseconds, process, log }) {
  const deadline = performance.now() + milliseconds;
  let problem;
  while (performance.now() < deadline) {
    if (process && !process.running) throw new ServerNotReady(what, 'the process has ended', log);
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      problem = undefined;
    } catch (error) {
      problem = error.message;
    }
    await sleep(50);
  }
  throw new ServerNotReady(what, `not ready within ${milliseconds} ms${problem ? ` (${problem})` : ''}`, log);
}
