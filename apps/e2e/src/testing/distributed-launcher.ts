import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ended } from './app-process.js';
import type { Settings } from './settings.js';

const MAIN = fileURLToPath(new URL('../../../../scripts/lib/services/main.mjs', import.meta.url));

/** What `npm run start:distributed` hands over to, once everything is installed and built. */
export class DistributedLauncher {
  readonly ended: Promise<Ended>;
  output = '';
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], settings: Settings) {
    const env = { PATH: process.env['PATH'], ...settings };
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#look();
      });
    }
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal });
        this.#look();
      });
    });
  }

  /** What its output shows first of a kind, once it shows it. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.output);
        const over = this.#child.exitCode !== null || this.#child.signalCode !== null;
        if (found === null && !over) return;
        this.#watchers.delete(look);
        if (found === null) reject(new Error(`It ended before it showed ${String(pattern)}:\n${this.output.slice(-4000)}`));
        else resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it whatever it does; its services are told by the system. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}
