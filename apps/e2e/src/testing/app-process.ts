import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Settings } from './settings.js';

const mainOf = (app: string): string => fileURLToPath(new URL(`../../../${app}/dist/main.js`, import.meta.url));
const READY = /^headwater.* is ready: (\S+)/m;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A service as a process of its own, to be killed and told to stop. */
export class AppProcess {
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ready: Promise<string>;

  /** @param app its folder below apps/ */
  constructor(settings: Settings, app = 'headwater') {
    // Nothing of the environment of the tests: a setting of the developer's would be in every test.
    const child = spawn(process.execPath, [mainOf(app)], {
      env: { PATH: process.env['PATH'], ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    this.#ready = new Promise((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        this.stdout += chunk.toString();
        const url = READY.exec(this.stdout)?.[1];
        if (url !== undefined) resolve(url);
      });
      child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
      child.once('close', (code) => reject(new Error(`The service ended with ${String(code)} before it was ready: ${this.stderr}`)));
    });
    // Whoever does not ask whether it became ready asks how it ended.
    this.#ready.catch(() => undefined);
  }

  /** Where it serves, once it does. */
  ready(): Promise<string> {
    return this.#ready;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it whatever it does, for the end of a test. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
