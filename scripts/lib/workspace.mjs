import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const at = (...parts) => join(root, ...parts);

/** What is remembered between runs lives in node_modules, so that removing that folder forgets it too. */
export const cacheDir = at('node_modules', '.cache', 'headwater');

/** The Node that the lock file names. It builds, tests and serves, whatever Node started the launcher. */
export const pinnedNode = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

export function say(line) {
  console.log(`headwater: ${line}`);
}

/** Ends the launcher with a sentence instead of a stack trace. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a launcher's main function: a Failure becomes one line and an exit code. */
export async function launch(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`headwater: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}

export function readStamp(name) {
  try {
    return readFileSync(join(cacheDir, name), 'utf8');
  } catch {
    return undefined;
  }
}

export function writeStamp(name, text) {
  const file = join(cacheDir, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Runs a command with our terminal as its own; gives its exit code, 128 + n where a signal ended it. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signalNumbers[signal] ?? 0)));
  });
}

/** Runs a tool of node_modules on the pinned Node. */
export function runTool(entry, args, options = {}) {
  const { nodeArgs = [], ...rest } = options;
  return run(pinnedNode, [...nodeArgs, at('node_modules', ...entry.split('/')), ...args], rest);
}

export const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

export function isFile(path) {
  return existsSync(path);
}
