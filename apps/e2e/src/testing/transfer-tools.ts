import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a program ended, and what it said. */
export interface Told {
  readonly code: number | null;
  readonly stderr: string;
}

/** Where a store is, in the options of the programs. */
export type StoreArguments =
  readonly ['--data-dir', folder: string] | readonly ['--mongo-url', url: string, '--database', database: string];

/** A signal that a program gets once it has said something. */
export interface Interruption {
  readonly after: string;
  readonly signal: NodeJS.Signals;
}

/** `npm run export` */
export const runExport = (store: StoreArguments, file: string): Promise<Told> => run('export.mjs', [...store, '--output', file]);

/** `npm run import` */
export const runImport = (store: StoreArguments, file: string, interruption?: Interruption): Promise<Told> =>
  run('import.mjs', [...store, file], interruption);

/** As an operator who has configured nothing would. */
function run(program: string, args: readonly string[], interruption?: Interruption): Promise<Told> {
  const path = fileURLToPath(new URL(`../../../../tools/transfer/${program}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  let pending = interruption;
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (pending === undefined || !stderr.includes(pending.after)) return;
    child.kill(pending.signal);
    pending = undefined;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}
