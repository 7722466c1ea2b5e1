import { runProgram } from './run-program.mjs';
import { serviceFlags } from './service-flags.mjs';
import { at, launch } from './workspace.mjs';

/**
 * Starts a service, with our arguments.
 * @param {string} app its folder below apps/
 */
export function launchService(app) {
  const args = process.argv.slice(2);
  return launch(() => runProgram([...serviceFlags, at('apps', app, 'dist', 'main.js'), ...args], { announce: true }));
}
