import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { at, Failure } from '../workspace.mjs';
import { follow } from './output.mjs';

/**
 * Makes topics and indexes, as npm run topics does.
 * @param {{ env: NodeJS.ProcessEnv, print: import('./output.mjs').Print, signal: AbortSignal }} options the signal ends it
 * @throws {Failure} where that is not possible; it has said why
 */
export async function prepareTopics({ env, print, signal }) {
  const child = spawn(process.execPath, [at('tools', 'topics', 'main.mjs')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  follow(child, 'topics', print);
  const [code, by] = await once(child, 'close');
  signal.removeEventListener('abort', end);
  if (code !== 0)
    throw new Failure(
      `the topics and indexes could not be made (npm run topics ${code === null ? `was ended by ${by}` : `ended with ${code}`}).`,
    );
}
