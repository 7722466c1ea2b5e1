import { resolve } from 'node:path';
import { isFree, serverPort } from '../../servers/server-port.mjs';
import { startServers } from '../../servers/servers.mjs';
import { ServersUnavailable } from '../../servers/unavailable.mjs';
import { serviceFlags } from '../service-flags.mjs';
import { at, Failure, say } from '../workspace.mjs';
import { KeptRunning } from './kept-running.mjs';
import { printerFor } from './output.mjs';
import { planServices } from './plan.mjs';
import { reportOf } from './report.mjs';
import { ServerPart } from './server-part.mjs';
import { ServiceProcess } from './service-process.mjs';
import { Stages } from './stages.mjs';
import { prepareTopics } from './topics.mjs';

/** How long each part may take until it is ready. A machine that is busy with everything at once takes its time. */
const readyWithin = 120_000;
/** What a service takes at most to stop is a setting of its own; beyond it something is wrong with it. */
const stopGrace = 5000;
const defaultShutdown = 10_000;

/** Kafka, MongoDB and the services on them, all on this machine: the way to try the distributed mode out. */
export class Distributed {
  #counts;
  #env;
  #stopAsked = new AbortController();
  #stages = new Stages();
  #servers;

  /** @param {import('./options.mjs').Counts} counts @param {NodeJS.ProcessEnv} env settings of all services, and where servers are that run already */
  constructor(counts, env) {
    this.#counts = counts;
    this.#env = env;
  }

  /** Where servers of ours keep their data: a later start finds it again. */
  get folder() {
    return resolve(this.#env.HEADWATER_DATA_DIR || 'data', 'distributed');
  }

  /**
   * Starts everything and waits until it is ready.
   * @returns {Promise<string>} what runs where, for people
   * @throws {Failure} with the reason; what was started until then still runs: stop it
   */
  async start() {
    const plan = await this.#plan();
    const print = printerFor(['topics', ...Object.values(plan).flatMap((services) => services.map(({ name }) => name))]);
    await this.#startServers();
    const env = { ...this.#env, ...this.#servers.settings() };
    await prepareTopics({ env, print, signal: this.#stopAsked.signal });
    const parts = (services) => services.map((service) => new KeptRunning(this.#partOf(service, env, print)));
    const [projectors, commandServices, gateways] = [parts(plan.projectors), parts(plan.commandServices), parts(plan.gateways)];
    await Promise.all([this.#start(projectors), this.#start(commandServices)]);
    await this.#start(gateways);
    return this.#report([...gateways, ...commandServices, ...projectors]);
  }

  /** Ends everything that was started, in order. May be called while it starts, and twice. @returns {Promise<readonly string[]>} what had to be killed */
  async stop() {
    this.#stopAsked.abort();
    const killed = await this.#stages.stop();
    await this.#servers?.stop();
    return killed;
  }

  /** Does not wait for anything any longer. */
  kill() {
    this.#stages.kill();
    // Servers that are still being started end with this process.
    if (!this.#servers) process.exit(1);
  }

  async #plan() {
    const freePort = differentPorts();
    const host = this.#env.HEADWATER_HOST || '127.0.0.1';
    const asked = portOf(this.#env.HEADWATER_PORT || '8080');
    const port = asked === 0 ? await freePort() : asked;
    await mustBeFree(host, port);
    return planServices(this.#counts, { host, port, publicUrl: this.#env.HEADWATER_PUBLIC_URL, freePort });
  }

  async #startServers() {
    say('starting Kafka and MongoDB, unless they are configured');
    this.#servers = await this.#serversWithData();
    const { kafka, mongo } = this.#servers;
    const ours = [
      ...(kafka.broker ? [new ServerPart('Kafka', kafka.broker)] : []),
      ...mongo.nodes.map((node) => new ServerPart('MongoDB', node)),
    ];
    await this.#start(ours.map((part) => new KeptRunning(part)));
  }

  /** Those that keep their data, where this machine has them; else any. */
  async #serversWithData() {
    try {
      return await startServers({ env: this.#env, keepIn: this.folder });
    } catch (error) {
      if (!(error instanceof ServersUnavailable)) throw error;
    }
    const servers = await startServers({ env: this.#env });
    say('Kafka and MongoDB run in containers: what is stored in them ends with them');
    return servers;
  }

  async #start(parts) {
    if (this.#stopAsked.signal.aborted) throw new Failure('stopped before it was ready.');
    await this.#stages.start(parts, readyWithin);
  }

  #partOf({ name, app, url, settings }, env, print) {
    return new ServiceProcess({
      name,
      url,
      print,
      command: { program: process.execPath, args: [...serviceFlags, at('apps', app, 'dist', 'main.js')], env: { ...env, ...settings } },
      stopWithin: Number(env.HEADWATER_SHUTDOWN_TIMEOUT_MS || defaultShutdown) + stopGrace,
    });
  }

  #report(services) {
    const { kafka, mongo } = this.#servers;
    // An address that was configured may hold a password.
    const configured = (name) => (this.#env[name] ? `as ${name} says` : undefined);
    const servers = [
      { name: 'Kafka', address: configured('HEADWATER_KAFKA_BROKERS') ?? kafka.brokers, pid: kafka.broker?.pid },
      { name: 'MongoDB', address: configured('HEADWATER_MONGO_URL') ?? mongo.url, pid: mongo.nodes[0]?.pid },
    ];
    const ours = kafka.broker !== undefined || mongo.nodes.length > 0;
    const running = services.map(({ part: { name, url, pid } }) => ({ name, url, pid }));
    return reportOf({ url: running[0].url, services: running, servers, folder: ours ? this.folder : undefined });
  }
}

function portOf(text) {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Failure('HEADWATER_PORT must be a whole number from 0 to 65535.');
}

/** Better said now than after everything else was started. */
async function mustBeFree(host, port) {
  const free = await isFree(port, host).catch((error) => {
    throw new Failure(`cannot listen on ${host}:${port}: ${error.message}`);
  });
  if (!free) throw new Failure(`${host}:${port} is in use by another process. Stop that one first, or choose another HEADWATER_PORT.`);
}

/** @returns {() => Promise<number>} gives free ports, each once: nobody listens yet on those that it gave before */
function differentPorts() {
  const given = new Set();
  return async () => {
    let port;
    do port = await serverPort();
    while (given.has(port));
    given.add(port);
    return port;
  };
}
