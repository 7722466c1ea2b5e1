import { mustBe, newProject, settled, until, type TestProject } from '../testing/api.js';
import { DistributedApp } from '../testing/distributed-app.js';
import { newDatabase } from '../testing/distributed-storage.js';
import { EventStream } from '../testing/event-stream.js';
import { HttpClient, type Answer } from '../testing/http-client.js';
import type { TestStorage } from '../testing/settings.js';

const seen = ({ events }: EventStream): readonly string[] =>
  events.map(({ data }) => {
    const { _resourceId, _rev } = JSON.parse(data) as { readonly _resourceId: string; readonly _rev: number };
    return `${_resourceId}@${String(_rev)}`;
  });

describe('Gateways', () => {
  let storage: TestStorage;
  let app: DistributedApp;
  let project: TestProject;
  let client: HttpClient;
  const clients: HttpClient[] = [];

  beforeAll(async () => {
    storage = await newDatabase();
    app = await DistributedApp.start({ HEADWATER_WAIT_TIMEOUT_MS: '1000' }, storage);
    client = clientOf(app.url);
  });
  afterAll(async () => {
    for (const one of clients.splice(0)) one.close();
    await app.close();
    await storage.remove();
  });
  beforeEach(async () => {
    project = await newProject(client);
  });

  function clientOf(url: string): HttpClient {
    const one = new HttpClient(url);
    clients.push(one);
    return one;
  }

  const path = (name: string): string => `${project.resources}/_/${name}`;
  const push = (items: readonly { readonly id: string }[]): Promise<Answer> => client.post(`/datasets/${project.dataset}/resources`, items);

  describe('without a command-service', () => {
    afterEach(() => app.commandService.start());

    it('go on reading, are ready, and say of writes that nothing was stored, as each route says it', async () => {
      mustBe(201, await client.put(`${path('before')}?indexing=sync`, { n: 1 }));
      await app.commandService.stop();

      const put = mustBe(503, await client.put(path('during'), { n: 1 }));
      expect([put.headers['content-type'], put.headers['retry-after']]).toEqual(['application/ld+json', '1']);
      expect(put.json).toMatchObject({ '@type': 'ServiceUnavailable', reason: expect.stringContaining('Nothing was stored') as unknown });
      const pushed = mustBe(503, await push([{ id: 'during' }]));
      expect([pushed.headers['content-type'], pushed.headers['retry-after']]).toEqual(['application/problem+json', '1']);
      expect(pushed.json).toMatchObject({
        type: 'urn:headwater:problem:service-unavailable',
        status: 503,
        detail: expect.stringContaining('Nothing was stored') as unknown,
      });

      expect((await client.get(path('before'))).json).toMatchObject({ n: 1 });
      expect((await client.get(project.resources)).json).toMatchObject({ _total: 2 });
      expect(mustBe(405, await client.send('PATCH', path('before'))).headers.allow).toBe('DELETE, GET, PUT');
      const ready = mustBe(200, await client.get('/health/ready'));
      expect(ready.json).toMatchObject({ status: 'up', checks: { mongodb: { status: 'up' }, 'command-service': { status: 'down' } } });
      expect((await client.get('/metrics')).text).toContain('headwater_command_service_up 0');

      await app.commandService.start();
      mustBe(404, await client.get(path('during')));
      mustBe(201, await client.put(path('during'), { n: 2 }));
      expect((await client.get('/metrics')).text).toContain('headwater_command_service_up 1');
    });

    it('hand a write on as soon as there is one again, if that is soon', async () => {
      await app.commandService.stop();
      const writing = client.put(path('patient'), { n: 1 });
      await app.commandService.start();
      const { status } = await writing;
      // Whichever was faster: it was handed on, or it was said that it was not.
      expect([201, 503]).toContain(status);
      mustBe(status === 201 ? 200 : 404, await client.get(path('patient')));
    });
  });

  describe('without a projector', () => {
    afterEach(() => app.projector.start());

    it('fetch what is newest; lists stand still, and say so to who waits', async () => {
      mustBe(201, await client.put(`${path('r')}?indexing=sync`, { n: 1 }));
      await app.projector.stop();
      const { headers } = mustBe(200, await client.put(`${path('r')}?rev=1`, { n: 2 }));
      mustBe(201, await client.put(path('late'), { n: 1 }));

      const newest = await client.get(path('r'));
      expect(newest.json).toMatchObject({ n: 2, _rev: 2 });
      expect((await client.get(path('late'))).json).toMatchObject({ n: 1, _rev: 1 });
      expect((await client.get(project.resources)).json['_total']).toBe(2);
      const waiting = await client.get(project.resources, { 'headwater-wait-for': String(headers['headwater-position']) });
      expect([waiting.status, waiting.json['@type']]).toEqual([503, 'PositionNotReached']);
      const sync = await client.put(`${path('synced')}?indexing=sync`, {});
      expect([sync.status, sync.json['@type'], sync.headers['headwater-position']]).toEqual([503, 'IndexingFailed', expect.any(String)]);

      await app.projector.start();
      await until(async () => (await client.get(project.resources)).json['_total'] === 4);
      const applied = await client.get(path('r'));
      expect([applied.text, applied.headers.etag]).toEqual([newest.text, newest.headers.etag]);
    });
  });

  describe('of which there are two', () => {
    it('answer alike: documents, ETags, lists, tokens of changes', async () => {
      const other = clientOf((await app.anotherGateway()).url);
      for (const name of ['a', 'b', 'c']) mustBe(201, await client.put(path(name), { name }));
      mustBe(200, await other.put(`${path('a')}?rev=1`, { name: 'changed' }));
      await settled(client, project.resources);
      await settled(other, project.resources);
      await settled(client, `/datasets/${project.dataset}/changes`);
      await settled(other, `/datasets/${project.dataset}/changes`);

      const paths = [path('a'), `${path('a')}?rev=1`, `${path('b')}/source`, `${path('c')}?format=expanded`, project.resources];
      for (const asked of [...paths, `/datasets/${project.dataset}`, `/v1/projects/${project.organization}/${project.project}`]) {
        const [one, two] = await Promise.all([client.get(asked), other.get(asked)]);
        expect([asked, two.status, two.text, two.headers.etag]).toEqual([asked, 200, one.text, one.headers.etag]);
      }
      const known = await other.get(path('a'), { 'if-none-match': String((await client.get(path('a'))).headers.etag) });
      expect(known.status).toBe(304);

      const page = JSON.parse((await client.get(`/datasets/${project.dataset}/changes?limit=2`)).text) as readonly {
        readonly token?: string;
      }[];
      const since = `/datasets/${project.dataset}/changes?since=${page.at(-1)?.token ?? ''}`;
      const [here, there] = await Promise.all([client.get(since), other.get(since)]);
      expect([there.status, there.text]).toEqual([200, here.text]);
      const { headers } = mustBe(201, await other.put(path('d'), {}));
      const waited = await client.get(project.resources, { 'headwater-wait-for': String(headers['headwater-position']) });
      expect(waited.json['_total']).toBe(5);
    });

    it('pass followers of events on to each other, without gap or repetition', async () => {
      const events = `${project.resources}/events`;
      const second = await app.anotherGateway();
      const third = await app.anotherGateway();
      const COUNT = 60;
      const writing = (async () => {
        for (let n = 0; n < COUNT; n += 1) mustBe(201, await client.put(path(`r${String(n)}`), { n }));
      })();
      const told: string[] = [];
      const begun = await EventStream.open(clientOf(second.url), events);
      await begun.until(10);
      // It ends in the middle of them, cleanly.
      await second.stop();
      expect(await begun.ended).toBe('clean');
      told.push(...seen(begun));
      const resumed = await EventStream.open(clientOf(third.url), events, { 'last-event-id': begun.events.at(-1)?.id ?? '' });
      await writing;
      await resumed.until(COUNT + 1 - told.length, 30_000);
      told.push(...seen(resumed));
      resumed.close();
      expect(told).toHaveLength(COUNT + 1);
      expect(new Set(told).size).toBe(COUNT + 1);
    });
  });
});
