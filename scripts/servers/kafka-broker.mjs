import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaAnswers } from './clients.mjs';
import { output } from './programs.mjs';
import { ServerProcess, until } from './server-process.mjs';

/**
 * @typedef {object} KafkaInstallation
 * @property {string} java the program
 * @property {string} jars the folder of Kafka's jars
 */

const readyMilliseconds = 90_000;

/**
 * One Kafka broker (KRaft, its own controller) on a data folder. It can be killed and started again on the same data and port, as often as
 * one likes.
 */
export class KafkaBroker {
  #java;
  #classPath;
  #folder;
  #ports;
  #process;

  /**
   * @param {{ installation: KafkaInstallation, folder: string, port: number, controllerPort: number, advertisedPort?: number }} options the port
   *   that clients are told, where something stands before the broker
   */
  constructor({ installation, folder, port, controllerPort, advertisedPort = port }) {
    this.#java = installation.java;
    this.#classPath = join(installation.jars, '*');
    this.#folder = folder;
    this.#ports = { port, controllerPort, advertisedPort };
  }

  /** @returns {string} for clients */
  get address() {
    return `127.0.0.1:${this.#ports.port}`;
  }

  get folder() {
    return this.#folder;
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
    const properties = await this.#prepare();
    const log = join(this.#folder, 'kafka.log');
    const options = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-Djava.net.preferIPv4Stack=true'];
    const logging = `-Dlog4j2.configurationFile=${join(this.#folder, 'log4j2.properties')}`;
    this.#process = new ServerProcess(this.#java, [...options, logging, '-cp', this.#classPath, 'kafka.Kafka', properties], { log });
    try {
      await until('Kafka', () => kafkaAnswers(this.address), { milliseconds: readyMilliseconds, process: this.#process, log });
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

  async #prepare() {
    const properties = join(this.#folder, 'server.properties');
    const data = join(this.#folder, 'data');
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, 'log4j2.properties'), logging);
    writeFileSync(properties, serverProperties({ ...this.#ports, data }));
    if (!existsSync(join(data, 'meta.properties'))) {
      await output(this.#java, ['-cp', this.#classPath, 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', properties]);
    }
    return properties;
  }
}

/** As Kafka writes a UUID: 16 bytes in base64url; one that begins with a dash would be taken for an option. */
function clusterId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

function serverProperties({ port, controllerPort, advertisedPort, data }) {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${advertisedPort}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=10485760
log.cleaner.dedupe.buffer.size=16777216
`;
}

const logging = `rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=[%d] %p %m (%c)%n
`;
