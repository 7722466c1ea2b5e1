import { join } from 'node:path';
import { serverPort } from '../../../scripts/servers/server-port.mjs';
import { startServers } from '../../../scripts/servers/servers.mjs';
import { Member } from '../../lib/member.mjs';
import { prepare } from '../../lib/prepare.mjs';

/** The three services on one broker and one node of MongoDB, as they are on the machine that the figures are for. */
export class Deployment {
  /** @param {string} folder for the output of the services */
  static async start(folder) {
    const deployment = new Deployment(await startServers());
    try {
      await deployment.#startServices(folder);
      return deployment;
    } catch (error) {
      await deployment.stop();
      throw error;
    }
  }

  constructor(servers) {
    this.servers = servers;
    this.settings = { ...servers.settings(), HEADWATER_MONGO_DATABASE: `bench_${process.pid}_${Date.now()}`, HEADWATER_LOG_LEVEL: 'warn' };
  }

  async #startServices(folder) {
    await prepare(this.settings);
    const [gatewayPort, commandPort] = [await serverPort(), await serverPort()];
    const env = {
      ...this.settings,
      HEADWATER_PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
      HEADWATER_COMMAND_SERVICE_URL: `http://127.0.0.1:${commandPort}`,
    };
    const member = (app, port, name = app) => new Member(app, { port, log: join(folder, `${name}.log`), env });
    this.commandService = member('command-service', commandPort);
    this.gateway = member('query-gateway', gatewayPort);
    this.projectors = [];
    for (const name of ['projector-1', 'projector-2']) this.projectors.push(member('projector', await serverPort(), name));
    await Promise.all([this.commandService, this.gateway, this.projectors[0]].map((one) => one.start()));
  }

  /** As one service under load: its address is the gateway's, its CPU that of all three. */
  get service() {
    const [projector] = this.projectors;
    return { url: this.gateway.url, pid: this.gateway.pid, pids: [this.gateway, this.commandService, projector].map(({ pid }) => pid) };
  }

  async stop() {
    await Promise.all([this.gateway, this.commandService, ...(this.projectors ?? [])].map((one) => one?.kill()));
    await this.servers.stop();
  }
}
