import { mustBe, newProject, tally, until } from '../testing/api.js';
import { DistributedApp } from '../testing/distributed-app.js';
import { newDatabase, sharedServers } from '../testing/distributed-storage.js';
import { EventStream } from '../testing/event-stream.js';
import { HttpClient, type Answer } from '../testing/http-client.js';
import { ownKafka, ownReplicaSet } from '../testing/own-servers.js';

/** Servers that are started and killed take their time, where others want the same processors. */
const PATIENCE_MS = 300_000;

/** What was made of a test, to be ended in turn after it. */
const undone: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const undo of undone.splice(0).reverse()) await undo();
});

const ended = <Made>(made: Made, undo: (made: Made) => Promise<void>): Made => {
  undone.push(() => undo(made));
  return made;
};

async function serving(servers: { readonly brokers: string; readonly mongoUrl: string }, settings = {}): Promise<HttpClient> {
  const storage = await newDatabase(servers);
  const app = ended(await DistributedApp.start(settings, storage), (made) => made.close());
  return ended(new HttpClient(app.url), async (made) => made.close());
}

describe('While Kafka is away', () => {
  it(
    'writes are acknowledged and fetched, and everything arrives afterwards, also at those who follow events',
    async () => {
      const kafka = ended(await ownKafka(), (made) => made.stop());
      const client = await serving({ brokers: kafka.brokers, mongoUrl: sharedServers().mongoUrl });
      const project = await newProject(client);
      const path = (n: number): string => `${project.resources}/_/r${String(n)}`;
      mustBe(201, await client.put(`${path(0)}?indexing=sync`, { n: 0 }));
      const stream = await EventStream.open(client, `${project.resources}/events`);
      await stream.until(2);

      await kafka.broker.kill();
      const COUNT = 40;
      for (let n = 1; n <= COUNT; n += 1) mustBe(201, await client.put(path(n), { n }));
      mustBe(200, await client.put(`${path(0)}?rev=1`, { n: 'changed' }));
      for (let n = 1; n <= COUNT; n += 1) expect(mustBe(200, await client.get(path(n))).json['n']).toBe(n);
      expect(mustBe(200, await client.get(path(0))).json).toMatchObject({ n: 'changed', _rev: 2 });
      expect(mustBe(200, await client.get(project.resources)).json['_total']).toBe(2);
      mustBe(200, await client.get('/health/ready'));
      expect(stream.events).toHaveLength(2);

      await kafka.broker.start();
      await until(async () => (await client.get(`${project.resources}?size=0`)).json['_total'] === COUNT + 2, 60_000);
      await stream.until(COUNT + 3, 30_000);
      const told = stream.events.map(({ data }) => JSON.parse(data) as { readonly _resourceId: string; readonly _rev: number });
      expect(new Set(told.map(({ _resourceId, _rev }) => `${_resourceId}@${String(_rev)}`)).size).toBe(COUNT + 3);
      stream.close();
    },
    PATIENCE_MS,
  );
});

describe('While MongoDB has no primary', () => {
  it(
    'reads and writes are 503 as each route says it, what will do with less is answered, and all is well afterwards',
    async () => {
      const mongo = ended(await ownReplicaSet(), (made) => made.stop());
      const client = await serving(
        { brokers: sharedServers().brokers, mongoUrl: mongo.url },
        { HEADWATER_MONGO_TIMEOUT_MS: '1000', HEADWATER_FORWARD_TIMEOUT_MS: '20000' },
      );
      const project = await newProject(client);
      const path = `${project.resources}/_/r`;
      mustBe(201, await client.put(`${path}?indexing=sync`, { n: 1 }));
      mustBe(201, await client.put(`${project.resources}/_/other?indexing=sync`, { n: 1 }));

      const [first, ...others] = mongo.nodes;
      await Promise.all(others.map((node) => node.kill()));
      const unavailable = (answer: Answer): unknown => [
        answer.status,
        answer.headers['retry-after'],
        answer.json['@type'] ?? answer.json['type'],
      ];
      // An election takes its time to be lost.
      await until(async () => (await client.get(path)).status === 503, 30_000);
      const refused = [503, '1', 'ServiceUnavailable'];
      for (const asked of [path, `${path}?rev=1`, project.resources, `${path}/incoming`, '/v1/orgs', `${project.resources}/events`]) {
        const accept = asked.endsWith('/events') ? { accept: 'text/event-stream' } : {};
        expect([asked, unavailable(await client.get(asked, accept))]).toEqual([asked, refused]);
      }
      expect(unavailable(await client.get(`/datasets/${project.dataset}/changes`))).toEqual([
        503,
        '1',
        'urn:headwater:problem:service-unavailable',
      ]);
      const written = await client.put(`${path}?rev=1`, { n: 2 });
      expect(unavailable(written)).toEqual(refused);
      expect(written.json['reason']).toContain('Nothing was stored');
      mustBe(503, await client.get('/health/ready'));
      mustBe(200, await client.get('/health/live'));
      const eventual = mustBe(200, await client.get(path, { 'headwater-consistency': 'eventual' }));
      expect(eventual.json).toMatchObject({ n: 1, _rev: 1 });

      await first?.kill();
      expect(unavailable(await client.get(path, { 'headwater-consistency': 'eventual' }))).toEqual(refused);

      await Promise.all(mongo.nodes.map((node) => node.start()));
      await until(async () => (await client.get('/health/ready')).status === 200, 60_000);
      expect(mustBe(200, await client.get(path)).json).toMatchObject({ n: 1, _rev: 1 });
      const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => client.put(`${project.resources}/_/after${String(n)}`, {})));
      expect(tally(answers)).toEqual({ '201': 8 });
      // The relay and the projector come back by themselves, each in its time.
      await until(async () => (await client.get(`${project.resources}?size=0`)).json['_total'] === 11, 60_000);
    },
    PATIENCE_MS,
  );
});
