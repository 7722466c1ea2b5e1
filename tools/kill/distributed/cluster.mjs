import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaBroker } from '../../../scripts/servers/kafka-broker.mjs';
import { provisionKafka } from '../../../scripts/servers/kafka-provision.mjs';
import { MongoNode, initiateReplicaSet, replicaSetUrl } from '../../../scripts/servers/mongo-node.mjs';
import { findMongod, provisionMongod } from '../../../scripts/servers/mongo-provision.mjs';
import { serverPort } from '../../../scripts/servers/server-port.mjs';
import { Member } from '../../lib/member.mjs';
import { prepare } from '../../lib/prepare.mjs';
import { KafkaProxy } from './kafka-proxy.mjs';

/** Shorter than in production, so that a round need not wait long for what a lease or a session is there for. */
const LEASE_MS = 2000;
export const SESSION_MS = 6000;

/**
 * A whole distributed Headwater with its servers, every part a process that can be killed: a broker behind a proxy, a replica set of three,
 * two command-services, two projectors, a gateway.
 */
export class Cluster {
  #settings;
  #members = [];

  /** @param {string} folder for data and output */
  static async start(folder) {
    const cluster = new Cluster(folder);
    try {
      await cluster.#startServers();
      await cluster.#startServices();
      return cluster;
    } catch (error) {
      await cluster.kill();
      throw error;
    }
  }

  constructor(folder) {
    this.folder = folder;
  }

  /** What tells the services, and who looks at the same data, where everything is. */
  get settings() {
    return this.#settings;
  }

  async #startServers() {
    const [port, controllerPort, proxyPort] = [await serverPort(), await serverPort(), await serverPort()];
    const installation = await provisionKafka();
    this.proxy = await KafkaProxy.start({ port: proxyPort, target: port });
    this.broker = new KafkaBroker({ installation, folder: join(this.folder, 'kafka'), port, controllerPort, advertisedPort: proxyPort });
    const mongod = await findMongod().catch(() => provisionMongod());
    this.nodes = [];
    for (const name of ['a', 'b', 'c'])
      this.nodes.push(new MongoNode({ mongod, folder: join(this.folder, `mongo-${name}`), port: await serverPort() }));
    await Promise.all([this.broker.start(), ...this.nodes.map((node) => node.start())]);
    await initiateReplicaSet(this.nodes);
    this.#settings = {
      HEADWATER_KAFKA_BROKERS: `127.0.0.1:${proxyPort}`,
      HEADWATER_KAFKA_PARTITIONS: '3',
      HEADWATER_MONGO_URL: replicaSetUrl(this.nodes),
      HEADWATER_MONGO_DATABASE: 'kill',
      HEADWATER_LOG_LEVEL: 'warn',
      HEADWATER_RELAY_LEASE_MS: String(LEASE_MS),
    };
  }

  async #startServices() {
    mkdirSync(join(this.folder, 'output'), { recursive: true });
    await prepare(this.#settings);
    const [gatewayPort, commandPort] = [await serverPort(), await serverPort()];
    const shared = {
      HEADWATER_PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
      HEADWATER_COMMAND_SERVICE_URL: `http://127.0.0.1:${commandPort}`,
    };
    const member = (app, name, port) =>
      this.#add(new Member(app, { port, log: join(this.folder, 'output', `${name}.log`), env: { ...this.#settings, ...shared } }));
    /** The one that the gateway sends writes to, and one that only relays, until the other's leases are free. */
    this.commandService = member('command-service', 'command-service-1', commandPort);
    this.otherCommandService = member('command-service', 'command-service-2', await serverPort());
    this.projectors = [member('projector', 'projector-1', await serverPort()), member('projector', 'projector-2', await serverPort())];
    this.gateway = member('query-gateway', 'query-gateway', gatewayPort);
    await Promise.all(this.#members.map((one) => one.start()));
  }

  #add(member) {
    this.#members.push(member);
    return member;
  }

  /** Every part serves again. */
  async ready() {
    await Promise.all(this.#members.map((member) => member.ready()));
  }

  /** SIGTERM to the services. @returns {Promise<readonly string[]>} what did not end well */
  async stopServices() {
    const codes = await Promise.all(
      [this.gateway, this.commandService, this.otherCommandService, ...this.projectors].map((one) => one.stop()),
    );
    return codes.flatMap((code, index) => (code === 0 ? [] : [`SIGTERM ended service ${index} with exit code ${code}`]));
  }

  async kill() {
    await Promise.all(this.#members.map((member) => member.kill()));
    await Promise.all([this.broker?.kill(), ...(this.nodes ?? []).map((node) => node.kill())]);
    await this.proxy?.stop();
  }
}
