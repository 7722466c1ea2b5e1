import { MongoClient } from 'mongodb';

/** A node as `scripts/servers` starts it. */
export interface MongoNode {
  readonly address: string;
  /** Starts it, on the data that it has. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** It sleeps without knowing, until it is told to go on. */
  pause(): void;
  resume(): void;
}

interface StartedServers {
  readonly mongo: { readonly url: string; readonly nodes: readonly MongoNode[] };
  stop(): Promise<void>;
}

interface ServersModule {
  startServers(options: {
    readonly kafka: false;
    readonly mongoNodes: 3;
    readonly env: Readonly<Record<string, string | undefined>>;
  }): Promise<StartedServers>;
}

const SERVERS = new URL('../../../../../scripts/servers/servers.mjs', import.meta.url);

/** Three nodes of MongoDB that are ours to stop: a majority is two of them. */
export class ReplicaSet {
  private constructor(private readonly servers: StartedServers) {}

  /** @throws where three nodes cannot be started here, with what was looked for. */
  static async start(): Promise<ReplicaSet> {
    const { startServers } = (await import(SERVERS.href)) as ServersModule;
    // Nodes that somebody else runs are not ours to stop.
    return new ReplicaSet(await startServers({ kafka: false, mongoNodes: 3, env: { ...process.env, HEADWATER_MONGO_URL: undefined } }));
  }

  get url(): string {
    return this.servers.mongo.url;
  }

  /** The node that is the primary now, and the others. */
  async roles(): Promise<{ readonly primary: MongoNode; readonly secondaries: readonly MongoNode[] }> {
    const address = await this.#admin(async (admin) => String((await admin.command({ hello: 1 }))['primary']));
    const { nodes } = this.servers.mongo;
    const primary = nodes.find((node) => node.address === address);
    if (primary === undefined) throw new Error(`The primary ${address} is none of the nodes that were started.`);
    return { primary, secondaries: nodes.filter((node) => node !== primary) };
  }

  /** How long a node waits to hear of the others before there is an election. */
  async electAfter(milliseconds: number): Promise<void> {
    await this.#admin(async (admin) => {
      const { config } = (await admin.command({ replSetGetConfig: 1 })) as { config: { version: number; settings: object } };
      const settings = { ...config.settings, electionTimeoutMillis: milliseconds };
      await admin.command({ replSetReconfig: { ...config, version: config.version + 1, settings } });
    });
  }

  resumeAll(): void {
    for (const node of this.servers.mongo.nodes) node.resume();
  }

  async stop(): Promise<void> {
    this.resumeAll();
    await this.servers.stop();
  }

  async #admin<Answer>(ask: (admin: ReturnType<MongoClient['db']>) => Promise<Answer>): Promise<Answer> {
    const client = new MongoClient(this.url);
    try {
      return await ask(client.db('admin'));
    } finally {
      await client.close();
    }
  }
}
