import { mustBe, newProject, settled, until, type TestProject } from '../testing/api.js';
import type { JsonObject } from '../testing/http-client.js';
import { newStorage, startTestApp, type TestApp } from '../testing/test-app.js';

interface Page {
  readonly items: readonly JsonObject[];
  readonly token: string;
  readonly more: boolean;
}

const CONTEXT = { id: '@context', description: 'application specific / expansion point for rdf, JSON-LD and Entity Graph Data Model' };

const textOf = (object: JsonObject | undefined, name: string): string => {
  const value = object?.[name];
  if (typeof value !== 'string') throw new Error(`There is no text '${name}'.`);
  return value;
};

async function pageOf(app: TestApp, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
  const all = JSON.parse(mustBe(200, await app.client.get(path, headers)).text) as readonly JsonObject[];
  const last = all.at(-1);
  expect([all[0], last?.['id']]).toEqual([CONTEXT, '@continuation']);
  return { items: all.slice(1, -1), token: textOf(last, 'token'), more: last?.['more'] === true };
}

describe('Changes over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const changes = (project: TestProject, query = '', headers: Readonly<Record<string, string>> = {}): Promise<Page> =>
    pageOf(app, `/datasets/${project.dataset}/changes${query}`, headers);

  it("are the seed's answer, for the seed's items and for none", async () => {
    const project = await newProject(app.client, { base: 'https://e.org/' });
    const empty = await app.client.get(`/datasets/${project.dataset}/changes`);
    expect(empty.headers['content-type']).toBe('application/json');
    expect(JSON.parse(empty.text)).toEqual([CONTEXT, { id: '@continuation', token: expect.any(String) as unknown, more: false }]);
    const items = [
      { resourceType: '/core/plot', name: 'Holding1', id: '4dd345e8-c91b-4bf2-a102-a9f86b01c46b' },
      { resourceType: '/core/holding', name: 'Holding2', id: 'ef5beba4-ed61-43af-b258-026a45062b95' },
    ];
    const pushed = await app.client.post(`/dataset/${project.dataset}/resources`, [CONTEXT, ...items]);
    const page = await changes(project, '', { 'headwater-wait-for': String(mustBe(200, pushed).headers['headwater-position']) });
    const shown = items.map((item) => ({ ...item, _rev: 1, meta: { modified: expect.any(String) as unknown } }));
    expect(page.items).toHaveLength(shown.length);
    expect(page.items).toEqual(expect.arrayContaining(shown));
    const prefixed = await app.client.get(`/data/streaming/datasets/${project.dataset}/changes?since=${page.token}`);
    expect(JSON.parse(prefixed.text)).toEqual([CONTEXT, { id: '@continuation', token: page.token, more: false }]);
  });

  it('show what was written through either door, as it was sent, with big numbers and all', async () => {
    const project = await newProject(app.client, { base: 'https://e.org/' });
    const body = '{ "n": 12345678901234567890, "x": 1.0, "nothing": null }';
    await app.client.send('PUT', `${project.resources}/_/r1?indexing=sync`, { headers: { 'content-type': 'application/json' }, body });
    const { text } = await app.client.get(`/datasets/${project.dataset}/changes`);
    expect(text).toContain('"n": 12345678901234567890, "x": 1.0, "nothing": null }');
    const [item] = (await changes(project)).items;
    expect(item).toMatchObject({ id: 'https://e.org/r1', _rev: 1 });
    expect((await app.client.get(`${project.resources}/_/${encodeURIComponent(textOf(item, 'id'))}`)).status).toBe(200);
  });

  it('give tombstones, and what came back (P7)', async () => {
    const project = await newProject(app.client);
    const push = (item: JsonObject) => app.client.post(`/dataset/${project.dataset}/resources`, [item]);
    const item = { resourceType: 't', meta: { source: 's', sourceId: 'cow-1' } };
    const tokens: string[] = [];
    for (const isDeleted of [false, true, false]) {
      const { headers } = mustBe(200, await push({ ...item, meta: { ...item.meta, isDeleted } }));
      const page = await changes(project, tokens.length === 0 ? '' : `?since=${tokens.at(-1) ?? ''}`, {
        'headwater-wait-for': String(headers['headwater-position']),
      });
      expect(page.items).toMatchObject([{ meta: { sourceId: 'cow-1', isDeleted } }]);
      tokens.push(page.token);
    }
  });

  it('P1, P5: are read to the end while writers run, in pages of any size, and nothing is missed', async () => {
    const project = await newProject(app.client, { base: 'https://e.org/' });
    const COUNT = 60;
    await Promise.all(Array.from({ length: COUNT }, (_, n) => app.client.put(`${project.resources}/_/r${String(n)}`, { v: 1 })));
    let writing = true;
    const writer = async (first: number): Promise<void> => {
      for (let v = 2; v <= 6; v += 1) {
        for (let n = first; n < COUNT; n += 4) await app.client.put(`${project.resources}/_/r${String(n)}?rev=${String(v - 1)}`, { v });
      }
    };
    const reader = async (limit: number): Promise<ReadonlyMap<string, number>> => {
      const last = new Map<string, number>();
      let token = '';
      for (let done = false; ;) {
        const wasWriting = writing;
        const page = await changes(project, `?limit=${String(limit)}${token === '' ? '' : `&since=${token}`}`);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        const onPage = new Set(page.items.map((item) => item['id']));
        expect(onPage.size).toBe(page.items.length);
        for (const item of page.items) {
          // P3: versions never go backwards.
          expect(Number(item['_rev'])).toBeGreaterThan(last.get(textOf(item, 'id')) ?? 0);
          last.set(textOf(item, 'id'), Number(item['_rev']));
        }
        token = page.token;
        if (page.items.length > 0) continue;
        if (done) return last;
        if (wasWriting) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          continue;
        }
        // All is written, but perhaps not yet applied.
        await settled(app.client, `/datasets/${project.dataset}/changes?limit=1`);
        done = true;
      }
    };
    const readers = [1, 7, 1000].map(reader);
    await Promise.all([0, 1, 2, 3].map(writer));
    writing = false;
    for (const last of await Promise.all(readers)) {
      const items = [...last].filter(([id]) => /\/r\d+$/.test(id));
      expect(items).toHaveLength(COUNT);
      expect(items.filter(([, rev]) => rev !== 6)).toEqual([]);
    }
  });

  it('P2, P4: are the same again for the same token', async () => {
    const project = await newProject(app.client);
    for (let n = 0; n < 5; n += 1) await app.client.put(`${project.resources}/_/r${String(n)}?indexing=sync`, {});
    const { token } = await changes(project, '?limit=2');
    const [one, two] = [
      await app.client.get(`/datasets/${project.dataset}/changes?limit=2&since=${token}`),
      await app.client.get(`/datasets/${project.dataset}/changes?limit=2&since=${token}`),
    ];
    expect(one.text).toBe(two.text);
  });

  it('P8: refuse a token that is malformed, foreign or of another dataset', async () => {
    const [project, other] = [await newProject(app.client), await newProject(app.client)];
    const { token } = await changes(other);
    for (const bad of ['abc', 'MA', token, `x${token}`]) {
      const answer = await app.client.get(`/datasets/${project.dataset}/changes?since=${bad}`);
      expect([answer.status, answer.headers['content-type'], answer.json['type']]).toEqual([
        400,
        'application/problem+json',
        expect.stringMatching(/invalid-token$/),
      ]);
    }
  });

  it('go on after the service was started anew, with the same tokens (invariant 5)', async () => {
    const storage = await newStorage();
    try {
      const first = await startTestApp({}, storage);
      const project = await newProject(first.client);
      await first.client.put(`${project.resources}/_/a?indexing=sync`, {});
      const { token } = await pageOf(first, `/datasets/${project.dataset}/changes`);
      await first.close();
      const second = await startTestApp({}, storage);
      const again = await pageOf(second, `/datasets/${project.dataset}/changes?since=${token}`);
      expect(again).toMatchObject({ items: [], more: false });
      // Other entities of the project may have been applied since, and moved it.
      expect(await pageOf(second, `/datasets/${project.dataset}/changes?since=${again.token}`)).toEqual(again);
      await second.client.put(`${project.resources}/_/b?indexing=sync`, {});
      expect((await pageOf(second, `/datasets/${project.dataset}/changes?since=${token}`)).items).toHaveLength(1);
      await second.close();
    } finally {
      await storage.remove();
    }
  });

  it('are 304 to who has caught up', async () => {
    const project = await newProject(app.client);
    await app.client.put(`${project.resources}/_/a?indexing=sync`, {});
    const { token } = await changes(project);
    const path = `/datasets/${project.dataset}/changes?since=${token}`;
    const etag = String((await app.client.get(path)).headers.etag);
    const poll = await app.client.get(path, { 'if-none-match': etag });
    expect([poll.status, poll.text, poll.headers.etag, poll.headers['cache-control']]).toEqual([304, '', etag, 'private, no-cache']);
    await app.client.put(`${project.resources}/_/b?indexing=sync`, {});
    expect((await app.client.get(path, { 'if-none-match': etag })).status).toBe(200);
  });

  it('begin now where that is asked, and take empty tokens for none', async () => {
    const project = await newProject(app.client);
    await app.client.put(`${project.resources}/_/a?indexing=sync`, {});
    const now = await changes(project, '?since=now');
    expect(now).toMatchObject({ items: [], more: false });
    expect((await changes(project, '?since=')).items).toHaveLength(1);
    await app.client.put(`${project.resources}/_/b?indexing=sync`, {});
    expect((await changes(project, `?since=${now.token}`)).items).toHaveLength(1);
  });

  it.each([
    ['limit=0', 400, 'invalid-parameter'],
    ['limit=10001', 400, 'invalid-parameter'],
    ['limit=x', 400, 'invalid-parameter'],
    ['reverse=true', 400, 'invalid-parameter'],
    ['feed=longpoll', 400, 'invalid-parameter'],
    ['type=x', 400, 'invalid-parameter'],
  ])('%s is %i %s', async (query, status, type) => {
    const project = await newProject(app.client);
    const answer = await app.client.get(`/datasets/${project.dataset}/changes?${query}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(answer.json).toMatchObject({
      type: expect.stringMatching(new RegExp(`${type}$`)) as unknown,
      status,
      detail: expect.any(String) as unknown,
    });
  });

  it('are 404 for a dataset that does not exist, whatever is missing', async () => {
    const project = await newProject(app.client);
    for (const name of ['plots', 'no.such', `${project.organization}.none`, 'a.b.c', '..x', `${project.dataset}.x`]) {
      const answer = await app.client.get(`/datasets/${name}/changes`);
      expect([name, answer.status, answer.json['type'], answer.json['detail']]).toEqual([
        name,
        404,
        expect.stringMatching(/dataset-not-found$/),
        `There is no dataset '${name}'.`,
      ]);
    }
  });

  it('are found through the list of datasets', async () => {
    const project = await newProject(app.client);
    const url = `${app.url}/datasets/${project.dataset}`;
    const described = { name: project.dataset, url, changes: `${url}/changes`, updates: `${url}/resources`, since: true };
    expect((await app.client.get(`/datasets/${project.dataset}`)).json).toEqual(described);
    const listed = async (): Promise<readonly JsonObject[]> =>
      JSON.parse((await app.client.get('/datasets')).text) as readonly JsonObject[];
    await until(async () => (await listed()).some(({ name }) => name === project.dataset));
    expect(await listed()).toContainEqual(described);
    expect((await app.client.get(new URL(described.changes).pathname)).status).toBe(200);
    expect((await app.client.get('/datasets/none.such')).json).toMatchObject({
      type: expect.stringMatching(/dataset-not-found$/) as unknown,
    });
  });
});
