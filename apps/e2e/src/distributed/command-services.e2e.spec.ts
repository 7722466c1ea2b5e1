import { CommandServiceConfig, addressOf, freePort } from '@headwater/platform';
import { startCommandService } from '@headwater/command-service/start';
import { mustBe, newProject, tally, until, type TestProject } from '../testing/api.js';
import { DistributedApp, Part } from '../testing/distributed-app.js';
import { newDatabase, settingsFor } from '../testing/distributed-storage.js';
import { HttpClient } from '../testing/http-client.js';
import type { Settings, TestStorage } from '../testing/settings.js';
import { StorageAudit } from '../testing/storage-audit.js';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';

describe('Command-services', () => {
  let storage: TestStorage;
  let app: DistributedApp;
  let audit: StorageAudit;
  let project: TestProject;
  const clients: HttpClient[] = [];
  const others: Part[] = [];

  beforeEach(async () => {
    storage = await newDatabase();
    [app, audit] = await Promise.all([DistributedApp.start({}, storage), StorageAudit.of(storage)]);
    project = await newProject(clientOf(app.url));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const other of others.splice(0)) await other.stop();
    await app.close();
    await audit.close();
    await storage.remove();
  });

  function clientOf(url: string): HttpClient {
    const client = new HttpClient(url);
    clients.push(client);
    return client;
  }

  /** Another command-service beside the first, which clients may ask directly. */
  async function another(settings: Settings = {}): Promise<Part> {
    const port = await freePort();
    const config = CommandServiceConfig.read({
      ...settingsFor(storage),
      HEADWATER_LOG_LEVEL: 'fatal',
      HEADWATER_PORT: String(port),
      ...settings,
    });
    const part = new Part(addressOf('127.0.0.1', port), () => startCommandService(config));
    others.push(part);
    await part.start();
    return part;
  }

  it('that race for a revision: one of them wins each', async () => {
    const [one, two] = [clientOf(app.commandService.url), clientOf((await another()).url)];
    const path = `${project.resources}/_/raced`;
    const rounds = 12;
    for (let rev = 0; rev < rounds; rev += 1) {
      const at = rev === 0 ? path : `${path}?rev=${String(rev)}`;
      const answers = await Promise.all([one, two, one, two].map((client, index) => client.put(at, { rev, index })));
      const lost = rev === 0 ? '409 ResourceAlreadyExists' : '409 IncorrectRev';
      expect(tally(answers)).toEqual({ [rev === 0 ? '201' : '200']: 1, [lost]: 3 });
    }
    await audit.settled();
    expect(await audit.problems()).toEqual([]);
  });

  it('refuse at once to write to a project that was deprecated through another', async () => {
    const [one, two] = [clientOf(app.commandService.url), clientOf((await another()).url)];
    mustBe(201, await two.put(`${project.resources}/_/before`, {}));
    mustBe(200, await one.delete(`/v1/projects/${project.organization}/${project.project}?rev=1`));
    expect(tally([await two.put(`${project.resources}/_/after`, {})])).toEqual({ '400 ProjectIsDeprecated': 1 });
    mustBe(200, await two.put(`/v1/projects/${project.organization}/${project.project}/undeprecate?rev=2`, {}));
    mustBe(201, await one.put(`${project.resources}/_/after`, {}));
  });

  it('share the relay, and one goes on where another ends', async () => {
    const second = await another({ HEADWATER_RELAY_LEASE_MS: '1000' });
    const partitionsOf = async (url: string): Promise<number> =>
      Number(/^headwater_relay_partitions (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);
    await until(async () => (await partitionsOf(second.url)) === 3 && (await partitionsOf(app.commandService.url)) === 3);
    await app.commandService.stop();
    await until(async () => (await partitionsOf(second.url)) === 6);
    const client = clientOf(second.url);
    await Promise.all(
      Array.from({ length: 30 }, async (_, at) => mustBe(201, await client.put(`${project.resources}/_/r${String(at)}`, { at }))),
    );
    await audit.settled();
    expect(await audit.problems()).toEqual([]);
  });

  it('take writes while Kafka is out of reach, and no more than the outbox may hold', async () => {
    await app.commandService.stop();
    const alone = await another({ HEADWATER_KAFKA_BROKERS: NOWHERE, HEADWATER_OUTBOX_MAX: '5' });
    const client = clientOf(alone.url);
    for (let at = 0; at < 5; at += 1) mustBe(201, await client.put(`${project.resources}/_/kept${String(at)}`, { at }));
    expect((await fetch(`${alone.url}/health/ready`)).status).toBeLessThan(504);
    let tried = 0;
    await until(async () => (await client.put(`${project.resources}/_/tried${String((tried += 1))}`, {})).status === 503);
    const refused = await client.put(`${project.resources}/_/refused`, {});
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    expect((await fetch(`${alone.url}/health/ready`)).status).toBe(503);
    await alone.stop();
    await app.commandService.start();
    await audit.settled();
    expect(await audit.problems()).toEqual([]);
    expect(mustBe(200, await clientOf(app.url).get(`${project.resources}/_/kept4`)).json['at']).toBe(4);
  });

  it('publish nothing on top of a log that has what the store lacks: an older state was restored', async () => {
    const client = clientOf(app.url);
    mustBe(201, await client.put(`${project.resources}/_/kept`, {}));
    await audit.settled();
    const kept = await Promise.all(
      RESTORED.map(async (name) => ({ name, all: await audit.database.db.collection(name).find().toArray() })),
    );
    mustBe(201, await client.put(`${project.resources}/_/lost`, {}));
    await audit.settled();
    await app.commandService.stop();
    for (const { name, all } of kept) {
      await audit.database.db.collection(name).deleteMany({});
      if (all.length > 0) await audit.database.db.collection(name).insertMany(all);
    }
    await app.commandService.start();
    const readiness = async (): Promise<string> => (await fetch(`${app.commandService.url}/health/ready`)).text();
    await until(async () => (await readiness()).includes('an older state of the store was restored'));
    const metrics = await (await fetch(`${app.commandService.url}/metrics`)).text();
    expect(metrics).toContain('headwater_relay_stopped_partitions 1');
  });
});

/** The collections of the event store that a backup brings back. */
const RESTORED = ['commits', 'leases', 'receipts'];
