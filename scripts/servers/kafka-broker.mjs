import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaAnswers } from './clients.mjs';
import { clusterId, heap, serverProperties } from './kafka-properties.mjs';
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
    // The optimizing compiler of Java would cost more than it gives: what is started here lives for minutes, and the machine is shared.
    const options = [...heap, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true'];
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
    writeFileSync(properties, this.#properties(data));
    if (!existsSync(join(data, 'meta.properties'))) {
      await output(this.#java, ['-cp', this.#classPath, 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', properties]);
    }
    return properties;
  }

  #properties(data) {
    const { port, controllerPort, advertisedPort } = this.#ports;
    const loopback = '127.0.0.1';
    return serverProperties({
      listen: `${loopback}:${port}`,
      advertise: `${loopback}:${advertisedPort}`,
      controller: `${loopback}:${controllerPort}`,
      data,
    });
  }
}

const logging = `rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=[%d] %p %m (%c)%n
`;
