import { setTimeout as sleep } from 'node:timers/promises';
import { NotPossible } from './unavailable.mjs';

const engineMilliseconds = 2000;
/** Fetching an image is most of it. */
const startMilliseconds = 300_000;

/** Where containers are reached from here. */
const loopback = '127.0.0.1';

/**
 * @typedef {object} Engine
 * @property {string} host where the ports of its containers are
 * @property {boolean} local whether that is this machine
 * @property {typeof import('testcontainers')} testcontainers
 */

/**
 * The container engine, as testcontainers finds it. That package is loaded here only: it is large, and most runs end without an engine.
 * @returns {Promise<Engine>}
 * @throws {NotPossible} where none answers in time
 */
export async function containerEngine() {
  const testcontainers = await import('testcontainers');
  const asked = testcontainers.getContainerRuntimeClient();
  const client = await Promise.race([asked, sleep(engineMilliseconds, undefined, { ref: false })]).catch(() => undefined);
  asked.catch(() => {});
  if (!client) throw new NotPossible(`no container engine answered within ${engineMilliseconds} ms`);
  const { host } = client.info.containerRuntime;
  const local = host === 'localhost' || host === loopback;
  return { host: local ? loopback : host, local, testcontainers };
}

/**
 * Starts a container that serves one port, the same inside and outside, so that what the server says about its own address is true for us.
 * @param {Engine} engine
 * @param {{ image: string, port: number, prepare: (container: import('testcontainers').GenericContainer) => void }} options
 * @returns {Promise<{ stop: () => Promise<void> }>} the container ends with us, however we end
 * @throws {NotPossible} where the image cannot be had or does not start
 */
export async function startContainer({ testcontainers, local }, { image, port, prepare }) {
  class Container extends testcontainers.GenericContainer {
    /** What testcontainers publishes is open to the network, and our servers ask nobody for a password. */
    beforeContainerCreated() {
      if (!local) return;
      for (const binding of Object.values(this.hostConfig.PortBindings).flat()) binding.HostIp = loopback;
    }
  }
  const container = new Container(image).withExposedPorts({ container: port, host: port }).withStartupTimeout(startMilliseconds);
  prepare(container);
  let log = '';
  container.withLogConsumer((stream) => stream.on('data', (chunk) => (log = `${log}${chunk}`.slice(-2000))));
  try {
    const started = await container.start();
    return { stop: async () => void (await started.stop()) };
  } catch (error) {
    throw new NotPossible(`${image}: ${error.message}${log && `; the end of its output:\n${log}`}`);
  }
}
