import { runProgram } from './run-program.mjs';
import { at, launch } from './workspace.mjs';

/**
 * Runs a program of tools/, with our arguments.
 * @param {string} program path below tools/
 * @param {{ build?: boolean }} [options] whether what is in libs/ and apps/ has to be built for it
 */
export function launchTool(program, { build = true } = {}) {
  return launch(() => runProgram([at('tools', ...program.split('/')), ...process.argv.slice(2)], { build }));
}
