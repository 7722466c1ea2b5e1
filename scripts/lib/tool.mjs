import { ensureBuilt } from './build.mjs';
import { assertPinnedNode, ensureInstalled } from './install.mjs';
import { supervise } from './supervise.mjs';
import { at, launch, pinnedNode } from './workspace.mjs';

/**
 * Runs a program of tools/ on the pinned Node, with our arguments.
 * @param {string} program path below tools/
 * @param {{ build?: boolean }} [options] whether what is in libs/ and apps/ has to be built for it
 */
export function launchTool(program, { build = true } = {}) {
  return launch(async () => {
    await ensureInstalled();
    assertPinnedNode();
    if (build) await ensureBuilt();
    return supervise(pinnedNode, [at('tools', ...program.split('/')), ...process.argv.slice(2)]);
  });
}
