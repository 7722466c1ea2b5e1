import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Whether a message to the server is the one that is meant. */
export type IsRequest = (message: Buffer) => boolean;

interface Loss {
  readonly of: IsRequest;
  times: number;
}

/** Stands between a client and a server, and can lose what the server answers: the request is done, and the client never hears of it. */
export class TcpProxy {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #loss: Loss = { of: () => false, times: 0 };

  private constructor(
    private readonly host: string,
    private readonly port: number,
  ) {
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free port, or on the one that another has left, before a server. */
  static async before(host: string, port: number, own = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(host, port);
    await new Promise<void>((resolve) => proxy.#server.listen(own, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${String(port)}`;
  }

  /** The next answers to such requests are lost, and the connections that they were for. */
  loseAnswers(of: IsRequest, times = 1): void {
    this.#loss = { of, times };
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const server = connect(this.port, this.host);
    let losing = false;
    client.on('data', (message) => {
      if (this.#loss.times > 0 && this.#loss.of(asBuffer(message))) {
        this.#loss.times -= 1;
        losing = true;
      }
      server.write(message);
    });
    server.on('data', (message) => {
      if (losing) client.destroy();
      else client.write(message);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(one);
      // What ends one side ends the other; there is nobody to tell why.
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
    }
  }
}

const asBuffer = (message: Buffer | string): Buffer => (typeof message === 'string' ? Buffer.from(message) : message);
