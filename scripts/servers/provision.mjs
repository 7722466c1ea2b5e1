import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Outside the repository: a fresh clone finds what another one fetched. */
export function serversCache(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'headwater', 'servers');
}

/** Tells what takes long: not on stdout, where the settings are printed for programs to read. @param {string} line */
export function tell(line) {
  console.error(`headwater: ${line}`);
}

/**
 * The folder of a server's files, made once per machine. Two runs may make it at the same time: each makes its own and the first to move it
 * into place wins.
 * @param {{ name: string, recipe: string, cache?: string }} options the name carries the version; another recipe makes another folder
 * @param {(folder: string) => Promise<void>} make fills an empty folder
 * @returns {Promise<string>}
 */
export async function provision({ name, recipe, cache = serversCache() }, make) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n${recipe}`).digest('hex').slice(0, 12);
  const folder = join(cache, `${name}-${hash}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, `.${name}-`));
  try {
    await make(draft);
    moveIntoPlace(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

function moveIntoPlace(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
