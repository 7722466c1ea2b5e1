import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { startServers } from '../servers/servers.mjs';
import { ServersUnavailable } from '../servers/unavailable.mjs';
import { distributedProjects } from './distributed-suites.mjs';
import { at, pinnedNode, root } from './workspace.mjs';

const execute = promisify(execFile);

/**
 * The suites of a selection that need servers.
 * @param {string[]} selection arguments of Jest
 * @returns {Promise<string[]>} paths in the repository
 */
export async function suitesThatNeedServers(selection) {
  const jest = [at('node_modules', 'jest', 'bin', 'jest.js'), ...selection, '--listTests', '--selectProjects', ...distributedProjects];
  const { stdout } = await execute(pinnedNode, jest, { cwd: root });
  return stdout.split('\n').flatMap((line) => (line.endsWith('.spec.js') ? [relative(root, line)] : []));
}

/**
 * What the suites run against.
 * @typedef {object} TestServers
 * @property {Record<string, string>} settings environment variables for the suites
 * @property {{ suites: string[], reason: string, expected: boolean }} [missing] suites that cannot run; expected where this machine just
 *   has no way to such servers
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the servers that suites need, none for none.
 * @param {string[]} suites
 * @param {typeof startServers} [start]
 * @returns {Promise<TestServers>} never rejected: other suites run also where this fails
 */
export async function serversFor(suites, start = startServers) {
  const nothing = { settings: {}, stop: async () => {} };
  if (suites.length === 0) return nothing;
  try {
    const servers = await start();
    return { settings: servers.settings(), stop: servers.stop };
  } catch (error) {
    return { ...nothing, missing: { suites, reason: error.message, expected: error instanceof ServersUnavailable } };
  }
}
