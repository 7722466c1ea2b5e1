import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { FrameCutter, isProduce, numberOfAnswer, numberOfRequest } from './kafka-frames.js';

/** What becomes of an answer: it is passed on; it is lost with its connection; it is lost, and the connection stays. */
export type Fate = 'passed' | 'closed' | 'silent';

/**
 * What lies between a client and its broker, with all that can happen to it. Clients come here by `socketFactory`, whatever address the broker
 * has told them.
 */
export class BrokerProxy {
  readonly #server: Server;
  readonly #fateOfProduce: () => Fate;
  readonly #open = new Set<Socket>();
  #broken = false;
  #lost = 0;

  private constructor(broker: string, fateOfProduce: () => Fate) {
    this.#fateOfProduce = fateOfProduce;
    const [host, port] = broker.split(':');
    this.#server = createServer((client) => this.#join(client, connect({ host: host ?? '', port: Number(port) })));
  }

  /**
   * @param broker `host:port` of the only one that there is.
   * @param fateOfProduce is asked for each answer to a produce request, after the broker has given it.
   */
  static async start(broker: string, fateOfProduce: () => Fate): Promise<BrokerProxy> {
    const proxy = new BrokerProxy(broker, fateOfProduce);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** How many answers to produce requests were lost. */
  get lost(): number {
    return this.#lost;
  }

  readonly socketFactory: ISocketFactory = ({ onConnect }) => {
    const { port } = this.#server.address() as AddressInfo;
    return connect({ host: '127.0.0.1', port }, onConnect);
  };

  /** Ends all connections, and those that are made until `mend`. */
  break(): void {
    this.#broken = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#broken = false;
  }

  async close(): Promise<void> {
    this.break();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, broker: Socket): void {
    const produces = new Set<number>();
    const [requests, answers] = [new FrameCutter(), new FrameCutter()];
    this.#tie(client, broker);
    this.#tie(broker, client);
    if (this.#broken) {
      client.destroy();
      return;
    }
    client.on('data', (piece: Buffer) => {
      for (const request of requests.add(piece)) {
        if (isProduce(request)) produces.add(numberOfRequest(request));
        broker.write(request);
      }
    });
    broker.on('data', (piece: Buffer) => {
      for (const answer of answers.add(piece)) {
        const fate = produces.delete(numberOfAnswer(answer)) ? this.#fateOfProduce() : 'passed';
        if (fate === 'passed') client.write(answer);
        else this.#lost += 1;
        if (fate === 'closed') {
          client.destroy();
          return;
        }
      }
    });
  }

  #tie(one: Socket, other: Socket): void {
    this.#open.add(one);
    // A connection that breaks is what is being tested.
    one.on('error', () => undefined);
    one.on('close', () => {
      this.#open.delete(one);
      other.destroy();
    });
  }
}
