import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** @param {string} name @param {NodeJS.ProcessEnv} [env] @returns {string | undefined} where the program is */
export function findOnPath(name, env = process.env) {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end.
 * @param {string} program @param {string[]} args @param {{ milliseconds?: number, cwd?: string }} [options]
 * @returns {Promise<string>} what it printed, on either output
 * @throws {Error} with the end of what it printed
 */
export async function output(program, args, { milliseconds = 60_000, cwd } = {}) {
  try {
    const { stdout, stderr } = await execute(program, args, { timeout: milliseconds, cwd, maxBuffer: 16 * 1024 * 1024 });
    return stdout + stderr;
  } catch (error) {
    const printed = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim().slice(-1000);
    throw new Error(
      `${program} ${args[0] ?? ''} failed${error.killed ? ` (no end after ${milliseconds} ms)` : ''}: ${printed || error.message}`,
    );
  }
}
