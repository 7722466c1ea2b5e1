import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '../../servers/server-process.mjs';
import { Backoff } from './backoff.mjs';
import { KeptRunning } from './kept-running.mjs';
import { ServerPart } from './server-part.mjs';

/** Stands for Kafka or MongoDB: what they have in common. It does not start as long as `broken` is set. */
class Server {
  broken = false;
  #log;
  #process;

  constructor(folder) {
    this.#log = join(folder, 'log');
  }

  get pid() {
    return this.#process?.pid;
  }

  get running() {
    return this.#process?.running ?? false;
  }

  get ended() {
    return this.#process?.ended;
  }

  async start() {
    if (this.broken) throw new Error('the disk is full');
    this.#process = new ServerProcess(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { log: this.#log });
  }

  async stop() {
    await this.#process?.stop();
  }

  async kill() {
    await this.#process?.kill();
  }
}

describe('A server that is kept running', () => {
  let folder;
  let server;
  let kept;
  let said;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-server-part-'));
    said = [];
    server = new Server(folder);
    await server.start();
    kept = new KeptRunning(new ServerPart('Kafka', server), {
      backoff: new Backoff({ first: 20, most: 20 }),
      say: (line) => said.push(line),
    });
  });
  afterEach(async () => {
    await kept.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const until = async (condition) => {
    const deadline = performance.now() + 20_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`not within 20 s; said ${JSON.stringify(said)}`);
      await sleep(10);
    }
  };

  it('is the one that runs already', async () => {
    const { pid } = server;
    await kept.start(1000);
    expect(server.pid).toBe(pid);
    expect(await kept.stop()).toBe(true);
    expect([server.running, said]).toEqual([false, []]);
  });

  it('is started again when it was killed, saying so', async () => {
    await kept.start(1000);
    process.kill(server.pid, 'SIGKILL');
    await until(() => said.length === 2);
    expect(said).toEqual(['Kafka was ended by SIGKILL; it is started again in 0.02 s', `Kafka is ready again (pid ${server.pid})`]);
  });

  it('is tried again as often as it takes, with the reason', async () => {
    await kept.start(1000);
    server.broken = true;
    process.kill(server.pid, 'SIGKILL');
    await until(() => said.length === 3);
    expect(said[1]).toBe('Kafka could not be started: the disk is full; it is started again in 0.02 s');
    server.broken = false;
    await until(() => said.at(-1)?.includes('ready again'));
    expect(server.running).toBe(true);
  });

  it('stays ended once it was stopped while it was being started', async () => {
    await kept.start(1000);
    const start = server.start.bind(server);
    let stopped;
    server.start = async () => {
      stopped = kept.stop();
      await start();
    };
    process.kill(server.pid, 'SIGKILL');
    await until(() => stopped !== undefined);
    await stopped;
    expect(server.running).toBe(false);
  });
});
