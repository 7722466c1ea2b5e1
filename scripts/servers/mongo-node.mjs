import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { askMongo } from './clients.mjs';
import { ServerProcess, until } from './server-process.mjs';

const readyMilliseconds = 60_000;
export const replicaSetName = 'rs0';
/** Options that keep it small. */
export const small = ['--wiredTigerCacheSizeGB', '0.5', '--setParameter', 'diagnosticDataCollectionEnabled=false'];
// A primary that is asked to end gives others 15 s to take over. Here a set ends as a whole.
const quickEnd = ['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'];

/** One node of a replica set, on a data folder. It can be killed and started again on the same data and port, as often as one likes. */
export class MongoNode {
  #mongod;
  #folder;
  #port;
  #process;

  /** @param {{ mongod: string, folder: string, port: number }} options */
  constructor({ mongod, folder, port }) {
    this.#mongod = mongod;
    this.#folder = folder;
    this.#port = port;
  }

  get port() {
    return this.#port;
  }

  get address() {
    return `127.0.0.1:${this.#port}`;
  }

  /** @returns {string} of this node alone, whatever its part in the replica set is */
  get directUrl() {
    return `mongodb://${this.address}/?directConnection=true`;
  }

  get dbpath() {
    return join(this.#folder, 'data');
  }

  /** @returns {number | undefined} */
  get pid() {
    return this.#process?.pid;
  }

  get running() {
    return this.#process?.running ?? false;
  }

  /** @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }> | undefined} how what was started last ended, once it has */
  get ended() {
    return this.#process?.ended;
  }

  /** Starts it, on the data that it has, and waits until it answers a client. */
  async start() {
    mkdirSync(this.dbpath, { recursive: true });
    const log = join(this.#folder, 'mongod.log');
    const listen = ['--port', String(this.#port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
    const args = ['--dbpath', this.dbpath, ...listen, '--replSet', replicaSetName, ...small, ...quickEnd];
    this.#process = new ServerProcess(this.#mongod, args, { log });
    try {
      await until('MongoDB', () => this.#hello(), { milliseconds: readyMilliseconds, process: this.#process, log });
    } catch (error) {
      await this.#process.kill();
      throw error;
    }
  }

  /** SIGTERM, and waits for the end. */
  async stop() {
    await this.#process?.stop();
  }

  /** SIGKILL, and waits for the end. */
  async kill() {
    await this.#process?.kill();
  }

  /** It sleeps without knowing, until it is told to go on. */
  pause() {
    this.#process.signal('SIGSTOP');
  }

  resume() {
    this.#process.signal('SIGCONT');
  }

  /** @returns {Promise<boolean>} whether it answers, and takes itself for the primary */
  async isPrimary() {
    return this.#hello().then(
      ({ isWritablePrimary }) => isWritablePrimary,
      () => false,
    );
  }

  #hello() {
    return askMongo(this.directUrl, (admin) => admin.command({ hello: 1 }));
  }
}

// A set that tests kill nodes of has a new primary in 2 s instead of 10.
const quickElections = { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 };

/** What replSetInitiate answers nodes whose data says already that they are one. */
const alreadyInitialized = 23;

/**
 * Makes running nodes one replica set, unless they are one, and waits until it has a primary, and all others follow it.
 * @param {readonly { address: string, directUrl: string }[]} nodes
 * @returns {Promise<string>} its URL
 */
export async function initiateReplicaSet(nodes) {
  const members = nodes.map(({ address }, _id) => ({ _id, host: address }));
  const config = { _id: replicaSetName, members, settings: quickElections };
  await askMongo(nodes[0].directUrl, async (admin) => {
    await admin.command({ replSetInitiate: config }).catch((error) => {
      if (error.code !== alreadyInitialized) throw error;
    });
  });
  const complete = () => isComplete(nodes[0].directUrl, nodes.length);
  await until('the replica set of MongoDB', complete, { milliseconds: readyMilliseconds });
  return replicaSetUrl(nodes);
}

/** @param {readonly { address: string }[]} nodes */
export function replicaSetUrl(nodes) {
  return `mongodb://${nodes.map(({ address }) => address).join(',')}/?replicaSet=${replicaSetName}`;
}

async function isComplete(url, size) {
  const { members } = await askMongo(url, (admin) => admin.command({ replSetGetStatus: 1 }));
  const states = members.map(({ stateStr }) => stateStr);
  const complete = states.includes('PRIMARY') && states.every((state) => state === 'PRIMARY' || state === 'SECONDARY');
  return complete && states.length === size ? true : undefined;
}
