import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** The protocol's number of a produce request. */
const PRODUCE = 0;

/**
 * Stands between everybody and a broker that names it as its own address, and can lose the broker's answers to produce requests, or hold such
 * requests back.
 */
export class KafkaProxy {
  #server;
  #target;
  #sockets = new Set();
  #lose = () => false;
  #held;
  lost = 0;

  /** @param {{ port: number, target: number }} ports where it listens, and the broker's */
  static async start({ port, target }) {
    const proxy = new KafkaProxy(target);
    proxy.#server.listen(port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  constructor(target) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  /** From now on answers to produce requests are lost, with their connection, where this says so. @param {() => boolean} lose */
  loseAnswers(lose) {
    this.#lose = lose;
  }

  /** Keeps produce requests, and what comes after them, until it is told to let them pass. @returns {() => void} */
  holdProduce() {
    const { promise, resolve } = Promise.withResolvers();
    this.#held = promise;
    return () => {
      this.#held = undefined;
      resolve();
    };
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client) {
    const broker = connect({ host: '127.0.0.1', port: this.#target, noDelay: true });
    client.setNoDelay(true);
    const end = () => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    const produced = new Set();
    forward(client, broker, async (frame) => {
      if (frame.readInt16BE(4) !== PRODUCE) return true;
      produced.add(frame.readInt32BE(8));
      await this.#held;
      return true;
    });
    forward(broker, client, async (frame) => {
      if (!produced.delete(frame.readInt32BE(4)) || !this.#lose()) return true;
      this.lost += 1;
      end();
      return false;
    });
  }
}

/**
 * Passes frames on, each a length of four bytes and as many bytes, in order.
 * @param {import('node:net').Socket} from @param {import('node:net').Socket} to @param {(frame: Buffer) => Promise<boolean>} admit
 */
function forward(from, to, admit) {
  let received = Buffer.alloc(0);
  let passing = Promise.resolve();
  from.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const frame = received.subarray(0, 4 + received.readInt32BE(0));
      received = received.subarray(frame.length);
      passing = passing.then(async () => {
        if ((await admit(frame)) && !to.destroyed) to.write(frame);
      });
    }
  });
}
