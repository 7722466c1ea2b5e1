import { askMongo } from './clients.mjs';
import { containerEngine, startContainer } from './docker.mjs';
import { initiateReplicaSet, replicaSetName, small } from './mongo-node.mjs';
import { wheelMongoVersion } from './mongo-provision.mjs';
import { serverPort } from './server-port.mjs';
import { until } from './server-process.mjs';
import { NotPossible } from './unavailable.mjs';

const readyMilliseconds = 60_000;

/**
 * MongoDB's own image as a replica set of one node.
 * @param {number} nodes as many as are wanted
 * @returns {Promise<{ url: string, nodes: [], stop: () => Promise<void> }>}
 * @throws {NotPossible}
 */
export async function startMongoContainer(nodes) {
  const engine = await containerEngine();
  if (nodes > 1) throw new NotPossible('nodes that can be killed one by one must be processes of ours');
  const port = await serverPort();
  const directUrl = `mongodb://${engine.host}:${port}/?directConnection=true`;
  const container = await startContainer(engine, {
    image: `mongo:${wheelMongoVersion}`,
    port,
    prepare: (one) => one.withCommand(['--port', String(port), '--bind_ip_all', '--replSet', replicaSetName, ...small]),
  });
  try {
    const hello = () => askMongo(directUrl, (admin) => admin.command({ hello: 1 }));
    await until('MongoDB in its container', hello, { milliseconds: readyMilliseconds });
    // The node must find itself under the address of the set, which is its own loopback: an engine elsewhere is not reached by that.
    const setUrl = await initiateReplicaSet([{ address: `127.0.0.1:${port}`, directUrl }]);
    return { url: engine.local ? setUrl : directUrl, nodes: [], stop: container.stop };
  } catch (error) {
    await container.stop();
    throw error;
  }
}
