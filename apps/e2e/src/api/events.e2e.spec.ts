import { newProject } from '../testing/api.js';
import { EventStream } from '../testing/event-stream.js';
import { HttpClient } from '../testing/http-client.js';
import { newStorage, startTestApp, type TestApp } from '../testing/test-app.js';

interface Shown {
  readonly '@type': string;
  readonly _resourceId: string;
  readonly _rev: number;
}

const shown = ({ events }: Pick<EventStream, 'events'>): readonly Shown[] => events.map(({ data }) => JSON.parse(data) as Shown);
const order = (stream: EventStream): readonly string[] => shown(stream).map(({ _resourceId, _rev }) => `${_resourceId}@${String(_rev)}`);

/** Each resource's revisions in order and without a gap, from one that was given before. Resources of different partitions come in no order. */
function mustBeInOrder(stream: EventStream, before: readonly Shown[] = []): void {
  const last = new Map(before.map(({ _resourceId, _rev }) => [_resourceId, _rev]));
  for (const { _resourceId, _rev } of shown(stream)) {
    expect([_resourceId, _rev]).toEqual([_resourceId, (last.get(_resourceId) ?? 0) + 1]);
    last.set(_resourceId, _rev);
  }
}

describe('Streams of events over HTTP', () => {
  let app: TestApp;
  const streams: EventStream[] = [];
  const follow = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> => {
    const stream = await EventStream.open(app.client, path, headers);
    streams.push(stream);
    return stream;
  };

  beforeAll(async () => {
    app = await startTestApp();
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });
  afterAll(() => app.close());

  it("are the seed's, for the seed's story of a hobbit", async () => {
    const project = await newProject(app.client);
    const id = '7887416b-d501-4508-a625-2a6664dfca94';
    const resource = `${project.resources}/_/${id}`;
    await app.client.put(resource, { '@type': 'Hobbit', age: 23, name: 'Frodo' });
    await app.client.put(`${resource}?rev=1`, { '@type': 'Hobbit', age: 25, name: 'Frodo' });
    await app.client.post(`${resource}/tags?rev=2`, { tag: 'mytag', rev: 1 });
    await app.client.delete(`${resource}/tags/mytag?rev=3`);
    await app.client.delete(`${resource}?rev=4`);
    await app.client.put(`${resource}/undeprecate?rev=5`, {});
    const stream = await follow(`${project.resources}/events`);
    await stream.until(7);
    expect(stream.events.filter(({ event }) => event === 'ResolverCreated')).toHaveLength(1);
    const ofResource = stream.events.filter(({ event }) => event !== 'ResolverCreated');
    expect(ofResource.map(({ event }) => event)).toEqual([
      'ResourceCreated',
      'ResourceUpdated',
      'ResourceTagAdded',
      'ResourceTagDeleted',
      'ResourceDeprecated',
      'ResourceUndeprecated',
    ]);
    const described = (await app.client.get(`/v1/projects/${project.organization}/${project.project}`)).json;
    const common = {
      '@context': 'https://bluebrain.github.io/nexus/contexts/metadata.json',
      _resourceId: `${app.url}${project.resources}/_/${id}`,
      _types: [`${app.url}/v1/vocabs/${project.organization}/${project.project}/Hobbit`],
      _project: `${app.url}/v1/projects/${project.organization}/${project.project}`,
      _instant: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      _projectUuid: described['_uuid'],
      _organizationUuid: described['_organizationUuid'],
      _subject: `${app.url}/v1/anonymous`,
    };
    const content = { _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/unconstrained.json', _schemaProject: common._project };
    expect(shown({ events: ofResource })).toEqual([
      { ...common, ...content, '@type': 'ResourceCreated', _rev: 1, _source: { '@type': 'Hobbit', age: 23, name: 'Frodo' } },
      { ...common, ...content, '@type': 'ResourceUpdated', _rev: 2, _source: { '@type': 'Hobbit', age: 25, name: 'Frodo' } },
      { ...common, '@type': 'ResourceTagAdded', _rev: 3, tag: 'mytag', targetRev: 1 },
      { ...common, '@type': 'ResourceTagDeleted', _rev: 4, tag: 'mytag' },
      { ...common, '@type': 'ResourceDeprecated', _rev: 5 },
      { ...common, '@type': 'ResourceUndeprecated', _rev: 6 },
    ]);
  });

  it('go on with what happens, in each scope that it happens in', async () => {
    const [one, other] = [await newProject(app.client), await newProject(app.client)];
    const [all, organization, project, elsewhere] = [
      await follow('/v1/resources/events'),
      await follow(`/v1/resources/${one.organization}/events`),
      await follow(`${one.resources}/events`),
      await follow(`${other.resources}/events`),
    ];
    for (const stream of [organization, project, elsewhere]) await stream.until(1);
    const before = all.events.length;
    const source = '{ "big": 12345678901234567890,\n "x": 1.0 }';
    await app.client.send('PUT', `${one.resources}/_/live`, { headers: { 'content-type': 'application/json' }, body: source });
    await organization.until(2);
    await project.until(2);
    await all.until(before + 1);
    expect(project.events[1]?.data).toContain('"_source":{ "big": 12345678901234567890,  "x": 1.0 }');
    expect(organization.events[1]?.data).toBe(project.events[1]?.data);
    expect(elsewhere.events).toHaveLength(1);
  });

  it('reach many clients, each of them in order, whole, and at once', async () => {
    const project = await newProject(app.client);
    const clients: EventStream[] = [];
    for (let n = 0; n < 50; n += 1) clients.push(await follow(`${project.resources}/events`));
    await Promise.all(Array.from({ length: 40 }, (_, n) => app.client.put(`${project.resources}/_/r${String(n)}`, {})));
    for (const client of clients) await client.until(41);
    for (const client of clients) {
      mustBeInOrder(client);
      expect(order(client)).toHaveLength(41);
    }
  });

  it('resume after any id, without gap or repetition (invariant 5)', async () => {
    const project = await newProject(app.client);
    const COUNT = 10;
    for (let n = 0; n < 3; n += 1) await app.client.put(`${project.resources}/_/r${String(n)}`, {});
    for (let rev = 1; rev <= 2; rev += 1) {
      for (let n = 0; n < 3; n += 1) await app.client.put(`${project.resources}/_/r${String(n)}?rev=${String(rev)}`, {});
    }
    const stream = await follow(`${project.resources}/events`);
    await stream.until(COUNT);
    mustBeInOrder(stream);
    for (let n = 0; n < COUNT; n += 1) {
      const resumed = await follow(`${project.resources}/events`, { 'last-event-id': stream.events[n]?.id ?? '' });
      if (n < COUNT - 1) await resumed.until(COUNT - 1 - n);
      mustBeInOrder(resumed, shown(stream).slice(0, n + 1));
      expect([...order(resumed)].sort()).toEqual([...order(stream).slice(n + 1)].sort());
    }
  });

  it('resume after the service was started anew, with the same ids (invariant 5)', async () => {
    const storage = await newStorage();
    try {
      const first = await startTestApp({}, storage);
      const project = await newProject(first.client);
      await first.client.put(`${project.resources}/_/a`, {});
      // A client of its own, as that of the service is closed with it.
      const client = new HttpClient(first.url);
      const before = await EventStream.open(client, `${project.resources}/events`);
      await before.until(2);
      const closed = first.close();
      expect(await before.ended).toBe('clean');
      await closed;
      client.close();
      const second = await startTestApp({}, storage);
      await second.client.put(`${project.resources}/_/b`, {});
      const after = await EventStream.open(second.client, `${project.resources}/events`, { 'last-event-id': before.events[1]?.id ?? '' });
      await after.until(1);
      expect(shown(after)[0]?._resourceId).toMatch(/\/b$/);
      after.close();
      await second.close();
    } finally {
      await storage.remove();
    }
  });

  it('are 410 for an id of another log', async () => {
    const other = await startTestApp();
    try {
      const project = await newProject(other.client);
      const stream = await EventStream.open(other.client, `${project.resources}/events`);
      await stream.until(1);
      stream.close();
      // Another store has other keys: what it issued is foreign here.
      const answer = await app.client.get('/v1/resources/events', { 'last-event-id': stream.events[0]?.id ?? '' });
      expect([answer.status, answer.json['@type']]).toEqual([400, 'MalformedHeaderRejection']);
    } finally {
      await other.close();
    }
  });

  it.each([
    ['/v1/resources/nowhere/events', {}, 404, 'OrganizationNotFound'],
    ['/v1/resources/nowhere/nothing/events', {}, 404, 'OrganizationNotFound'],
    ['/v1/resources/events', { accept: 'application/json' }, 406, 'UnacceptedResponseContentTypeRejection'],
    ['/v1/resources/events', { 'last-event-id': 'abc' }, 400, 'MalformedHeaderRejection'],
    ['/v1/resources/events', { 'last-event-id': '5' }, 400, 'MalformedHeaderRejection'],
  ])('%s with %j are %i %s', async (path, headers, status, type) => {
    const answer = await app.client.get(path, headers);
    expect([answer.status, answer.json['@type']]).toEqual([status, type]);
  });

  it('can be probed with HEAD, and are open to browsers of other origins', async () => {
    const project = await newProject(app.client);
    const head = await app.client.send('HEAD', `${project.resources}/events`);
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=UTF-8']);
    expect((await app.client.send('HEAD', `/v1/resources/${project.organization}/nothing/events`)).status).toBe(404);
    const response = await app.client.open('GET', `${project.resources}/events`, { headers: { origin: 'https://app.example' } });
    expect([response.headers['access-control-allow-origin'], response.headers.vary]).toEqual(['https://app.example', 'Origin']);
    response.destroy();
  });
});
