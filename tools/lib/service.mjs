import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceFlags } from '../../scripts/lib/service-flags.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const entry = join(root, 'apps', 'headwater', 'dist', 'main.js');

/** A port that was free a moment ago. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A process that serves HTTP, with its output in a file.
 * @typedef {object} Service
 * @property {URL} url
 * @property {number} pid
 * @property {() => boolean} running
 * @property {() => Promise<number | null>} stop SIGTERM, and waits for the end; gives the exit code.
 * @property {() => Promise<number | null>} kill SIGKILL, and waits for the end.
 */

/**
 * Starts the embedded service on a data folder and waits until it is ready.
 * @param {{ dataDir: string, port: number, log: string, nodeArgs?: string[], env?: Record<string, string> }} options
 * @returns {Promise<Service>}
 */
export const startHeadwater = (options) => startProcess(...headwater(options));

/** As startHeadwater, without waiting for anything. @returns {Service} */
export const launchHeadwater = (options) => launchProcess(...headwater(options));

function headwater({ dataDir, port, log, nodeArgs = [], env = {} }) {
  const settings = { HEADWATER_HOST: '127.0.0.1', HEADWATER_PORT: String(port), HEADWATER_DATA_DIR: dataDir, ...env };
  return [[...serviceFlags, ...nodeArgs, entry], { port, log, env: { ...withoutSettings(process.env), ...settings } }];
}

/**
 * @param {string[]} args of node
 * @param {{ port: number, log: string, env?: NodeJS.ProcessEnv, timeout?: number }} options the milliseconds that it may take to be ready
 * @returns {Promise<Service>}
 */
export async function startProcess(args, options) {
  const service = launchProcess(args, options);
  try {
    await untilReady(service.url, { running: service.running, timeout: options.timeout });
  } catch (error) {
    await service.kill();
    throw new Error(`${error.message}; the end of its output:\n${readFileSync(options.log, 'utf8').slice(-2000)}`);
  }
  return service;
}

/** As startProcess, without waiting. @returns {Service} */
function launchProcess(args, { port, log, env = process.env }) {
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, args, { stdio: ['ignore', output, output], env });
  closeSync(output);
  const ended = once(child, 'exit');
  const running = () => child.exitCode === null && child.signalCode === null;
  const end = (signal) => async () => {
    if (running()) child.kill(signal);
    const [code] = await ended;
    return code;
  };
  return { url: new URL(`http://127.0.0.1:${port}`), pid: child.pid, running, stop: end('SIGTERM'), kill: end('SIGKILL') };
}

/** Waits for GET /health/ready to answer 200. @param {URL} url */
export async function untilReady(url, { running = () => true, timeout = 30_000, every = 20 } = {}) {
  const deadline = performance.now() + timeout;
  while (running()) {
    const ready = await fetch(new URL('/health/ready', url)).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (ready) return;
    if (performance.now() > deadline) throw new Error(`not ready after ${timeout} ms`);
    await sleep(every);
  }
  throw new Error('it ended before it was ready');
}

/** The settings of whoever runs us are not those of the service under test. */
function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('HEADWATER_')));
}
