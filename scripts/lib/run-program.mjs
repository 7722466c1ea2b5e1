import { ensureBuilt } from './build.mjs';
import { assertPinnedNode, ensureInstalled } from './install.mjs';
import { assertNodeOf, readRelease } from './release.mjs';
import { supervise } from './supervise.mjs';
import { pinnedNode, say } from './workspace.mjs';

/**
 * Runs a program of ours to its end, on the Node that it is made for. In a clone what is missing is installed and built first; of a release
 * nothing is missing, and this process becomes the program: it keeps its pid, its signals and its exit code.
 * @param {readonly string[]} args of node: its options, the program, the program's arguments
 * @param {{ build?: boolean, announce?: boolean, options?: import('node:child_process').SpawnOptions }} [how]
 *   whether what is in libs/ and apps/ has to be built for it, and whether to say which Node it is started on
 * @returns {Promise<number>} its exit code
 */
export async function runProgram(args, { build = true, announce = false, options } = {}) {
  const release = readRelease();
  if (release) {
    assertNodeOf(release);
    return process.execve(process.execPath, [process.execPath, ...args]);
  }
  await ensureInstalled();
  const version = assertPinnedNode();
  if (build) await ensureBuilt();
  if (announce) say(`starting on Node ${version}`);
  return supervise(pinnedNode, args, options);
}
