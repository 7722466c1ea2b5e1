import { request } from 'node:http';
import { createServer } from 'node:net';
import { freePort } from '@headwater/platform';
import { mustBe, newProject } from '../testing/api.js';
import { AppProcess } from '../testing/app-process.js';
import { EventStream } from '../testing/event-stream.js';
import { HttpClient } from '../testing/http-client.js';
import type { Settings, TestStorage } from '../testing/settings.js';
import { temporaryFolder } from '../testing/temporary-folder.js';

describe('The process', () => {
  const started: AppProcess[] = [];
  const clients: HttpClient[] = [];
  let folder: TestStorage;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(started.splice(0).map((service) => service.kill()));
    await folder.remove();
  });

  const launch = (settings: Settings = {}): AppProcess => {
    const service = new AppProcess({ HEADWATER_DATA_DIR: folder.name, HEADWATER_PORT: '0', ...settings });
    started.push(service);
    return service;
  };
  const clientOf = async (service: AppProcess): Promise<HttpClient> => {
    const client = new HttpClient(await service.ready());
    clients.push(client);
    return client;
  };

  it('says where it serves, where the data is and what to try', async () => {
    const service = launch();
    const url = await service.ready();
    expect(service.stdout).toContain(`headwater is ready: ${url}`);
    expect(service.stdout).toContain(folder.name);
    expect(service.stdout).toContain(`curl -X PUT ${url}/v1/orgs/demo`);
    expect(service.stderr).toBe('');
  });

  it('ends what is in progress, ends streams cleanly and exits with 0 at SIGTERM, however often it is told', async () => {
    const service = launch();
    const client = await clientOf(service);
    const project = await newProject(client);
    const stream = await EventStream.open(client, `${project.resources}/events`);
    mustBe(201, await client.put(`${project.resources}/_/before`, {}));
    await stream.until(2);

    // A request whose body is under way when the signal comes.
    const answered = new Promise<number>((resolve, reject) => {
      const slow = request(`${client.url}${project.resources}/_/during`, {
        method: 'PUT',
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': '11' },
      });
      slow.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      slow.on('error', reject);
      slow.write('{"a":');
      setTimeout(() => {
        service.signal('SIGTERM');
        setTimeout(() => service.signal('SIGTERM'), 50);
        setTimeout(() => slow.end('"bcd"}'), 300);
      }, 100);
    });

    expect(await stream.ended).toBe('clean');
    expect(await answered).toBe(201);
    expect(await service.ended).toEqual({ code: 0, signal: null });

    const again = await clientOf(launch());
    expect((await again.get(`${project.resources}/_/during`)).json['_rev']).toBe(1);
  });

  it('does not wait for a client that never ends its request', async () => {
    const service = launch({ HEADWATER_SHUTDOWN_TIMEOUT_MS: '1000' });
    const client = await clientOf(service);
    const stuck = request(`${client.url}/v1/orgs/stuck`, { method: 'PUT', headers: { 'content-length': '100' } });
    const broken = new Promise((resolve) => stuck.once('error', resolve));
    stuck.write('{');
    await client.get('/health/live');
    const before = Date.now();
    service.signal('SIGINT');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    await broken;
    expect(Date.now() - before).toBeLessThan(5000);
  });

  it('keeps a second process off its data folder, which a kill leaves usable', async () => {
    const first = launch();
    const client = await clientOf(first);
    mustBe(201, await client.put('/v1/orgs/kept', {}));
    const second = launch();
    expect((await second.ended).code).toBe(1);
    expect(second.stderr).toMatch(/^headwater cannot start: The data folder .* is in use by another process\./);
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    first.signal('SIGKILL');
    await first.ended;
    expect((await (await clientOf(launch())).get('/v1/orgs/kept')).status).toBe(200);
  });

  it('says that its port is in use', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const service = launch({ HEADWATER_PORT: String(port) });
    expect((await service.ended).code).toBe(1);
    expect(service.stderr).toBe(
      `headwater cannot start: 127.0.0.1:${String(port)} is in use by another process. Stop that one first, or choose another HEADWATER_PORT.\n`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('names every mistake of its configuration, without the values', async () => {
    const service = launch({ HEADWATER_PORT: 's3cret', HEADWATER_LOG_LEVEL: 's3cret', HEADWATER_PROT: '1' });
    expect((await service.ended).code).toBe(1);
    expect(service.stderr).toContain('3 mistakes');
    expect(service.stderr).toContain('HEADWATER_PROT is not a setting. Did you mean HEADWATER_PORT?');
    expect(service.stderr).toContain('HEADWATER_PORT must be a whole number from 0 to 65535.');
    expect(service.stderr).not.toContain('s3cret');
    expect(service.stdout).toBe('');
  });

  it('does not listen where others can reach it, unless that is meant', async () => {
    const service = launch({ HEADWATER_HOST: '0.0.0.0' });
    expect((await service.ended).code).toBe(1);
    expect(service.stderr).toContain('HEADWATER_BOOTSTRAP_ANONYMOUS=true');
    const meant = launch({ HEADWATER_HOST: '0.0.0.0', HEADWATER_BOOTSTRAP_ANONYMOUS: 'true' });
    expect(await meant.ready()).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
  });
});
