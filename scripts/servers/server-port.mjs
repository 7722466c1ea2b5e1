import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Failure } from '../lib/workspace.mjs';

// Below what systems give to outgoing connections: a server that is killed finds its port free when it is started again.
const lowest = 20_000;
const highest = 32_000;

/** @returns {Promise<number>} a port of 127.0.0.1 that nobody listens on */
export async function serverPort() {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${lowest} and ${highest}`);
}

/**
 * The port of a server, the same whenever it is started on the same folder: servers keep their own address with their data.
 * @param {string} folder of the server @param {string} name of the port
 * @returns {Promise<number>}
 * @throws {Failure} where another process listens on it
 */
export async function portOf(folder, name) {
  const file = join(folder, `${name}.txt`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${await serverPort()}\n`);
  }
  const port = Number.parseInt(readFileSync(file, 'utf8'), 10);
  if (await isFree(port)) return port;
  throw new Failure(
    `127.0.0.1:${port} is the address of the server whose data is in ${folder}, and another process listens on it. Is that server running already?`,
  );
}

/** @param {number} port @param {string} [host] @returns {Promise<boolean>} whether one could listen on it */
export async function isFree(port, host = '127.0.0.1') {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    if (error.code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
