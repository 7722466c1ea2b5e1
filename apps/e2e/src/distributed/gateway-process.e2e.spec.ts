import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@headwater/platform';
import { mustBe, newProject } from '../testing/api.js';
import { AppProcess } from '../testing/app-process.js';
import { DistributedApp } from '../testing/distributed-app.js';
import { newDatabase, settingsFor } from '../testing/distributed-storage.js';
import { EventStream } from '../testing/event-stream.js';
import { HttpClient } from '../testing/http-client.js';
import type { Settings, TestStorage } from '../testing/settings.js';

describe('The process of a gateway', () => {
  let storage: TestStorage;
  const started: AppProcess[] = [];

  beforeAll(async () => {
    storage = await newDatabase();
  });
  afterAll(() => storage.remove());
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.kill()));
  });

  function launch(settings: Settings = {}): AppProcess {
    const one = new AppProcess({ ...settingsFor(storage), HEADWATER_PORT: '0', ...settings }, 'query-gateway');
    started.push(one);
    return one;
  }

  const failing: readonly (readonly [string, Settings, string])[] = [
    [
      'MongoDB is out of reach',
      { HEADWATER_MONGO_URL: 'mongodb://me:s3cret@127.0.0.1:1/?replicaSet=rs0', HEADWATER_MONGO_TIMEOUT_MS: '500' },
      'Is HEADWATER_MONGO_URL right',
    ],
    [
      'the database is not prepared',
      { HEADWATER_MONGO_DATABASE: `headwater_e2e_${randomBytes(8).toString('hex')}` },
      'run "npm run topics"',
    ],
    ['a setting is wrong', { HEADWATER_COMMAND_SERVICE_URL: 's3cret' }, 'HEADWATER_COMMAND_SERVICE_URL must be an absolute http or https'],
  ];

  it.each(failing)('ends with a sentence where %s', async (_, settings, sentence) => {
    const one = launch(settings);
    expect(await one.ended).toEqual({ code: 1, signal: null });
    expect(one.stderr).toContain(sentence);
    expect(one.stderr).toMatch(/^headwater query-gateway cannot start/);
    expect(one.stderr + one.stdout).not.toContain('s3cret');
    expect(one.stderr).not.toContain('    at ');
  });

  it('says that its port is in use', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const one = launch({ HEADWATER_PORT: String(port) });
    expect((await one.ended).code).toBe(1);
    expect(one.stderr).toContain(`127.0.0.1:${String(port)} is in use by another process.`);
    await new Promise((resolve) => other.close(resolve));
  });

  it('says where it serves, what from, and where writes go; it is ready without a command-service', async () => {
    const one = launch({ HEADWATER_COMMAND_SERVICE_URL: 'http://127.0.0.1:1' });
    const client = new HttpClient(await one.ready());
    expect(one.stdout).toContain(`headwater query-gateway is ready: ${client.url}`);
    expect(one.stdout).toContain(`database ${storage.name}`);
    expect(one.stdout).toContain('http://127.0.0.1:1');
    mustBe(200, await client.get('/health/ready'));
    client.close();
  });

  it('ends at SIGTERM what is in progress, writes too, ends streams cleanly and exits with 0', async () => {
    const app = await DistributedApp.start({}, storage);
    const one = launch({ HEADWATER_PUBLIC_URL: app.url, HEADWATER_COMMAND_SERVICE_URL: app.commandService.url });
    const client = new HttpClient(await one.ready());
    try {
      const project = await newProject(client);
      const stream = await EventStream.open(client, `${project.resources}/events`);
      await stream.until(1);
      const writing = request(`${client.url}${project.resources}/_/during`, {
        method: 'PUT',
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': '11' },
      });
      const answered = new Promise<number | undefined>((resolve, reject) => {
        writing.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
      });
      // Its body is under way when the signal comes.
      writing.write('{"a":');
      await sleep(200);
      one.signal('SIGTERM');
      one.signal('SIGTERM');
      expect(await stream.ended).toBe('clean');
      writing.end('"bcd"}');
      expect(await answered).toBe(201);
      expect(await one.ended).toEqual({ code: 0, signal: null });
    } finally {
      client.close();
      await app.close();
    }
  });
});
