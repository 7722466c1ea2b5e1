import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'headwater-servers-';

/**
 * A folder for the data of this run, removed when we end. What runs that were killed left is removed first.
 * @param {string} [parent]
 * @returns {{ path: string, remove: () => void }}
 */
export function makeRunFolder(parent = tmpdir()) {
  removeStale(parent);
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  const removeNow = () => remove(path);
  process.once('exit', removeNow);
  return {
    path,
    remove() {
      process.off('exit', removeNow);
      removeNow();
    },
  };
}

function removeStale(parent) {
  const stale = readdirSync(parent)
    .filter((name) => {
      const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
      return owner !== undefined && !isAlive(Number(owner));
    })
    .map((name) => join(parent, name));
  if (stale.length === 0) return;
  endServersOf(stale);
  stale.forEach(remove);
}

/** Servers that outlived the run they belonged to: their command line names its folder. */
function endServersOf(folders) {
  if (process.platform === 'win32') return;
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split('\n');
  for (const line of processes.filter((one) => folders.some((folder) => one.includes(folder)))) {
    endIfAlive(Number.parseInt(line, 10));
  }
}

function endIfAlive(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error.code !== 'ESRCH';
  }
}

function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
