import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.mjs';
import { KeptRunning } from './kept-running.mjs';
import { ServiceProcess } from './service-process.mjs';

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Serves /health/ready at PORT once it listens, and does what the test adds. */
const service = (more = '') => `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => { response.statusCode = globalThis.refuse ? 503 : 200; response.end('not yet'); });
  ${more}
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('up ' + process.pid));`;
const obedient = `process.on('SIGTERM', () => process.exit(0));`;

describe('A service that is kept running', () => {
  const kept = [];
  let port;
  let said;
  let printed;

  beforeEach(async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address());
    server.close();
    said = [];
    printed = [];
  });
  afterEach(async () => {
    for (const one of kept.splice(0)) {
      one.kill();
      await one.stop();
    }
  });

  const keep = (text, { stopWithin = 5000, backoff = { first: 20, most: 40 } } = {}) => {
    const part = new ServiceProcess({
      name: 'fake',
      command: { program: process.execPath, args: ['-e', text], env: { ...process.env, PORT: String(port) } },
      url: `http://127.0.0.1:${port}`,
      print: (name, stream, line) => printed.push(`${name} ${stream} ${line}`),
      stopWithin,
    });
    const one = new KeptRunning(part, { backoff: new Backoff(backoff), say: (line) => said.push(line) });
    kept.push(one);
    return one;
  };
  const until = async (condition) => {
    const deadline = performance.now() + 20_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`not within 20 s; said ${JSON.stringify(said)}`);
      await sleep(10);
    }
  };

  it('has started once it is ready', async () => {
    const one = keep(
      service(`globalThis.refuse = true; setTimeout(() => { console.log('ready now'); globalThis.refuse = false; }, 300); ${obedient}`),
    );
    await one.start(20_000);
    expect(printed).toContain('fake stdout ready now');
    expect(await one.stop()).toBe(true);
  });

  it('tells what it prints, on either output, under its name', async () => {
    const one = keep(service(`console.error('to whom it may concern'); ${obedient}`));
    await one.start(20_000);
    await until(() => printed.length === 2);
    expect([...printed].sort()).toEqual(['fake stderr to whom it may concern', `fake stdout up ${one.part.pid}`]);
  });

  it('is started again when it was killed, saying so', async () => {
    const one = keep(service(obedient));
    await one.start(20_000);
    const { pid } = one.part;
    process.kill(pid, 'SIGKILL');
    await until(() => said.length === 2);
    expect(said).toEqual(['fake was ended by SIGKILL; it is started again in 0.02 s', `fake is ready again (pid ${one.part.pid})`]);
    expect(one.part.pid).not.toBe(pid);
  });

  it('is started again when it ends by itself, later each time, up to a bound', async () => {
    const one = keep(service(`setTimeout(() => process.exit(3), 300);`));
    await one.start(20_000);
    const restarts = () => said.filter((line) => line.includes('started again'));
    await until(() => restarts().length === 3);
    expect(restarts().slice(0, 3)).toEqual(
      [0.02, 0.04, 0.04].map((seconds) => `fake ended with exit code 3; it is started again in ${seconds} s`),
    );
  });

  it('is not started again where it could not be started at all: the start fails, with its last words', async () => {
    const one = keep(`console.error('no such setting'); process.exit(2);`);
    await expect(one.start(20_000)).rejects.toThrow('fake ended with exit code 2 before it was ready: no such setting');
    await sleep(100);
    expect(one.part.pid).toBeUndefined();
    expect(said).toEqual([]);
  });

  it('fails to start where there is no such program', async () => {
    const one = new KeptRunning(
      new ServiceProcess({
        name: 'fake',
        command: { program: '/no/such/program', args: [], env: {} },
        url: 'http://127.0.0.1:1',
        print: () => {},
        stopWithin: 1,
      }),
    );
    await expect(one.start(20_000)).rejects.toThrow(/^fake .*(ENOENT|No such file)/);
  });

  it('fails to start where it is not ready in time, with the reason that it gave', async () => {
    const one = keep(service(`globalThis.refuse = true; ${obedient}`));
    await expect(one.start(1500)).rejects.toThrow('fake was not ready within 1.5 s: not yet');
    const { pid } = one.part;
    expect(await one.stop()).toBe(true);
    expect(isAlive(pid)).toBe(false);
  });

  it('stays ended once it was stopped', async () => {
    const one = keep(service(obedient));
    await one.start(20_000);
    const { pid } = one.part;
    expect(await one.stop()).toBe(true);
    await sleep(100);
    expect([isAlive(pid), one.part.pid, said]).toEqual([false, undefined, []]);
  });

  it('is told once, however often it is stopped', async () => {
    const one = keep(service(`process.on('SIGTERM', () => { console.log('told'); setTimeout(() => process.exit(0), 200); });`));
    await one.start(20_000);
    await Promise.all([one.stop(), one.stop()]);
    expect(printed.filter((line) => line.endsWith('told'))).toHaveLength(1);
  });

  it('is killed where it does not end in time', async () => {
    const one = keep(service(`process.on('SIGTERM', () => {});`), { stopWithin: 200 });
    await one.start(20_000);
    const { pid } = one.part;
    expect(await one.stop()).toBe(false);
    expect(isAlive(pid)).toBe(false);
  });

  it('can be stopped while it waits to be started again', async () => {
    const one = keep(service(obedient), { backoff: { first: 60_000, most: 60_000 } });
    await one.start(20_000);
    process.kill(one.part.pid, 'SIGKILL');
    await until(() => said.length === 1);
    expect(await one.stop()).toBe(true);
    expect(one.part.pid).toBeUndefined();
  });

  it('need not be waited for', async () => {
    const one = keep(service(`process.on('SIGTERM', () => {});`), { stopWithin: 60_000 });
    await one.start(20_000);
    const stopped = one.stop();
    one.kill();
    expect(await stopped).toBe(false);
  });
});
