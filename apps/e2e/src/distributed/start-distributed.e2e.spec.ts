import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { freePort } from '@headwater/platform';
import { mustBe, newProject } from '../testing/api.js';
import { DistributedLauncher } from '../testing/distributed-launcher.js';
import { newDatabase } from '../testing/distributed-storage.js';
import { HttpClient } from '../testing/http-client.js';
import type { Settings, TestStorage } from '../testing/settings.js';

const titleOf = (pid: number): string => execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim();

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('The distributed mode, started by one command', () => {
  const started: DistributedLauncher[] = [];
  let storage: TestStorage;
  let client: HttpClient | undefined;

  beforeAll(async () => {
    storage = await newDatabase();
  });
  afterAll(() => storage.remove());
  afterEach(async () => {
    client?.close();
    await Promise.all(started.splice(0).map((one) => one.kill()));
  });

  const launch = (args: readonly string[], settings: Settings): DistributedLauncher => {
    const one = new DistributedLauncher(args, { ...storage.settings, ...settings });
    started.push(one);
    return one;
  };

  it('serves, starts again what was killed, and leaves nothing behind', async () => {
    const port = await freePort();
    // The other projector takes the partitions over within 10 s of an idle machine; tests run on busy ones.
    const launcher = launch(['--projectors', '2'], { HEADWATER_PORT: String(port), HEADWATER_WAIT_TIMEOUT_MS: '60000' });
    await launcher.shows(/stop +Ctrl-C/);
    const pids = new Map([...launcher.output.matchAll(/^ +(\S+) +http\S+ +pid (\d+)$/gm)].map(([, name = '', pid]) => [name, Number(pid)]));
    expect([...pids.keys()].sort()).toEqual(['command-service', 'projector-1', 'projector-2', 'query-gateway']);
    for (const [name, pid] of pids) expect(titleOf(pid)).toContain(`headwater ${name.replace(/-\d$/, '')}`);

    client = new HttpClient(`http://127.0.0.1:${String(port)}`);
    const { resources } = await newProject(client);
    mustBe(201, await client.put(`${resources}/_/before`, { name: 'before' }));
    expect(mustBe(200, await client.get(`${resources}/_/before`)).json['name']).toBe('before');

    const killed = pids.get('projector-1') ?? 0;
    process.kill(killed, 'SIGKILL');
    await launcher.shows(/^headwater: projector-1 was ended by SIGKILL; it is started again in 0\.5 s$/m);
    mustBe(201, await client.put(`${resources}/_/after?indexing=sync`, { name: 'after' }));
    const [, revived] = await launcher.shows(/^headwater: projector-1 is ready again \(pid (\d+)\)$/m);
    expect(mustBe(200, await client.get(resources)).text).toContain(`${resources}/_/after`);

    launcher.signal('SIGTERM');
    expect(await launcher.ended).toEqual({ code: 0, signal: null });
    expect([...pids.values(), Number(revived)].filter(isAlive)).toEqual([]);
  });

  it('says that its port is in use before it starts anything', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const launcher = launch([], { HEADWATER_PORT: String(port) });
    expect(await launcher.ended).toEqual({ code: 1, signal: null });
    expect(launcher.output).toBe(
      `headwater: 127.0.0.1:${String(port)} is in use by another process. Stop that one first, or choose another HEADWATER_PORT.\n`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('ends everything where a service cannot start, with its reason', async () => {
    const launcher = launch([], { HEADWATER_PORT: String(await freePort()), HEADWATER_FORWARD_TIMEOUT_MS: 'some' });
    expect(await launcher.ended).toEqual({ code: 1, signal: null });
    expect(launcher.output.trim().split('\n').at(-1)).toMatch(
      /^headwater: query-gateway ended with exit code 1 before it was ready: +- HEADWATER_FORWARD_TIMEOUT_MS must be a whole number/,
    );
    expect(launcher.output.match(/"Stopping\."/g)).toHaveLength(2);
  });
});
