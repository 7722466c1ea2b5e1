import { startCommandService } from '@headwater/command-service/start';
import { startProjector } from '@headwater/projector/start';
import { startGateway } from '@headwater/query-gateway/start';
import { CommandServiceConfig, GatewayConfig, ProjectorConfig, addressOf, freePort } from '@headwater/platform';
import { settingsFor } from './distributed-storage.js';
import type { ServiceAddress, Settings, Started, TestStorage } from './settings.js';

const HOST = '127.0.0.1';

/** One service of several. */
interface Running {
  readonly url: string;
  close(): Promise<void>;
}

/** A service that can be stopped, and started again at the same address. */
export class Part {
  #running: Running | undefined;

  constructor(
    readonly url: string,
    private readonly run: () => Promise<Running>,
  ) {}

  async start(): Promise<void> {
    this.#running ??= await this.run();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.close();
  }
}

/** One of each service in this process, over one storage; clients use the gateway. */
export class DistributedApp implements Started {
  readonly #gateways: Part[] = [];

  private constructor(
    private readonly settings: Settings,
    readonly commandService: Part,
    readonly projector: Part,
    readonly gateway: Part,
  ) {
    this.#gateways.push(gateway);
  }

  static async start(settings: Settings, storage: TestStorage): Promise<DistributedApp> {
    const [writing, projecting, reading] = await freePorts(3);
    const commandServiceUrl = addressOf(HOST, writing);
    const all: Settings = {
      HEADWATER_LOG_LEVEL: 'fatal',
      HEADWATER_PUBLIC_URL: addressOf(HOST, reading),
      HEADWATER_COMMAND_SERVICE_URL: commandServiceUrl,
      // A broker, a database and three services share the processors with other suites: what is waited for may take its time.
      HEADWATER_WAIT_TIMEOUT_MS: '60000',
      ...settingsFor(storage),
      ...settings,
    };
    const app = new DistributedApp(
      all,
      new Part(commandServiceUrl, () => startCommandService(CommandServiceConfig.read(on(all, writing)))),
      new Part(addressOf(HOST, projecting), () => startProjector(ProjectorConfig.read(on(all, projecting)))),
      gatewayOf(all, reading),
    );
    try {
      await Promise.all([app.commandService.start(), app.projector.start(), app.gateway.start()]);
    } catch (error) {
      await app.close();
      throw error;
    }
    return app;
  }

  get url(): string {
    return this.gateway.url;
  }

  get services(): readonly ServiceAddress[] {
    return [
      { name: 'query-gateway', url: this.gateway.url },
      { name: 'command-service', url: this.commandService.url },
      { name: 'projector', url: this.projector.url },
    ];
  }

  /** Another gateway beside the first, on other settings where some are given. */
  async anotherGateway(settings: Settings = {}): Promise<Part> {
    const gateway = gatewayOf({ ...this.settings, ...settings }, await freePort());
    await gateway.start();
    this.#gateways.push(gateway);
    return gateway;
  }

  /** Those that ask others end before them. */
  async close(): Promise<void> {
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()));
    await Promise.all([this.commandService.stop(), this.projector.stop()]);
  }
}

const on = (settings: Settings, port: number): Settings => ({ ...settings, HEADWATER_PORT: String(port) });

const gatewayOf = (settings: Settings, port: number): Part =>
  new Part(addressOf(HOST, port), () => startGateway(GatewayConfig.read(on(settings, port))));

/** Different ones, which asking one after the other does not promise. */
async function freePorts(count: 3): Promise<readonly [number, number, number]>;
async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
