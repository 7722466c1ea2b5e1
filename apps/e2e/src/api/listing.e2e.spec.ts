import { mustBe, newProject, type TestProject } from '../testing/api.js';
import type { Answer, Json, JsonObject } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const CTX = 'https://bluebrain.github.io/nexus/contexts/';
const BASE = 'https://example.org/base/';
const RESOLVER = 'https://bluebrain.github.io/nexus/vocabulary/defaultInProject';
const enc = encodeURIComponent;

describe('Listing', () => {
  let app: TestApp;
  let project: TestProject;
  const create = (name: string, body: JsonObject = {}): Promise<Answer> =>
    app.client.put(`${project.resources}/_/${name}?indexing=sync`, {
      '@context': { '@vocab': 'https://example.org/vocab/', schema: 'http://schema.org/' },
      ...body,
    });
  const list = async (rest = ''): Promise<JsonObject> => mustBe(200, await app.client.get(project.resources + rest)).json;
  const ids = (page: JsonObject): readonly Json[] => (page['_results'] as readonly JsonObject[]).map((item) => item['@id'] ?? null);
  const named = (...names: readonly string[]): readonly string[] => names.map((name) => BASE + name);

  beforeAll(async () => {
    app = await startTestApp();
    project = await newProject(app.client, {
      base: BASE,
      vocab: 'https://example.org/vocab/',
      apiMappings: [{ prefix: 'ex', namespace: 'https://example.org/ex/' }],
    });
    await create('a', { '@type': ['Person', 'ex:Hero'], 'schema:name': 'Ada', 'schema:description': 'The first' });
    await create('b', { '@type': 'Person' });
    await create('c', { '@type': 'Robot' });
    await create('d');
    await app.client.put(`${project.resources}/_/b?rev=1&indexing=sync`, { '@type': 'Person' });
    await app.client.post(`${project.resources}/_/a/tags?rev=1&indexing=sync`, { tag: 'v1', rev: 1 });
    await app.client.delete(`${project.resources}/_/d?rev=1&indexing=sync`);
  });
  afterAll(() => app.close());

  it('shows every entity that is not deprecated, by creation', async () => {
    const page = await list();
    expect(page).toMatchObject({ '@context': [`${CTX}metadata.json`, `${CTX}search.json`, `${CTX}search-metadata.json`], _total: 4 });
    expect(ids(page)).toEqual([RESOLVER, ...named('a', 'b', 'c')]);
    expect(page).not.toHaveProperty('_next');
    expect((page['_results'] as readonly Json[])[1]).toEqual({
      '@id': `${BASE}a`,
      '@type': ['https://example.org/vocab/Person', expect.any(String)],
      name: 'Ada',
      description: 'The first',
      _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/unconstrained.json',
      _createdAt: expect.any(String) as unknown,
      _createdBy: `${app.url}/v1/anonymous`,
      _deprecated: false,
      _incoming: expect.stringMatching(/\/incoming$/) as unknown,
      _outgoing: expect.stringMatching(/\/outgoing$/) as unknown,
      _project: `${app.url}/v1/projects/${project.organization}/${project.project}`,
      _rev: 2,
      _schemaProject: `${app.url}/v1/projects/${project.organization}/${project.project}`,
      _self: `${app.url}${project.resources}/_/https:%2F%2Fexample.org%2Fbase%2Fa`,
      _tags: ['v1'],
      _updatedAt: expect.any(String) as unknown,
      _updatedBy: `${app.url}/v1/anonymous`,
    });
  });

  it.each([
    ['', [RESOLVER, ...named('a', 'b', 'c')]],
    ['?deprecated=true', named('d')],
    ['?deprecated=false', [RESOLVER, ...named('a', 'b', 'c')]],
    ['?type=Person', named('a', 'b')],
    [`?type=${enc('https://example.org/vocab/Person')}`, named('a', 'b')],
    ['?type=Person&type=Robot', []],
    ['?type=Person&type=Robot&typeOperator=or', named('a', 'b', 'c')],
    ['?type=nxv:Resolver', [RESOLVER]],
    ['?type=Nothing', []],
    ['/_', [RESOLVER, ...named('a', 'b', 'c')]],
    ['/resource', named('a', 'b', 'c')],
    [`/${enc('https://bluebrain.github.io/nexus/schemas/unconstrained.json')}?type=Robot`, named('c')],
    ['?schema=resource', named('a', 'b', 'c')],
    ['/resolver', [RESOLVER]],
    ['/ex:schema', []],
    ['?sort=-_createdAt', [...named('c', 'b', 'a'), RESOLVER]],
    ['?sort=_updatedAt&type=Person', named('b', 'a')],
    ['?sort=@id', [RESOLVER, ...named('a', 'b', 'c')]],
    ['?sort=-@id', [...named('c', 'b', 'a'), RESOLVER]],
    ['?from=2', named('b', 'c')],
    ['?from=-2&size=1', [RESOLVER]],
    ['?from=9', []],
    ['?unknown=1', [RESOLVER, ...named('a', 'b', 'c')]],
  ])('%s', async (rest, expected) => {
    const page = await list(rest);
    expect(ids(page)).toEqual(expected);
    if (!rest.includes('from=')) expect(page['_total']).toBe(expected.length);
  });

  it('says exactly how many there are, whatever the page', async () => {
    for (const rest of ['?size=1', '?from=3', '?from=100', '?size=0', '?size=-5']) expect((await list(rest))['_total']).toBe(4);
    expect(ids(await list('?size=0'))).toHaveLength(1);
  });

  it('leads to the next page by an address that keeps what was asked', async () => {
    const many = await newProject(app.client, { base: BASE });
    await Promise.all(
      Array.from({ length: 45 }, (_, n) =>
        app.client.put(`${many.resources}/_/m${String(n)}?indexing=sync`, { '@type': n % 3 === 0 ? 'T' : 'U' }),
      ),
    );
    for (const [rest, pages] of [
      ['', [20, 20, 6]],
      ['?size=23', [23, 23]],
      ['?sort=-_updatedAt&size=16', [16, 16, 14]],
      ['?sort=@id&size=45', [45, 1]],
      ['?type=T&size=10&from=2', [10, 3]],
      ['/_?size=46', [46]],
    ] as const) {
      const seen: Json[] = [];
      const sizes: number[] = [];
      let next: string | undefined = `${app.url}${many.resources}${rest}`;
      while (next !== undefined) {
        expect(next.startsWith(`${app.url}${many.resources}`)).toBe(true);
        const page: JsonObject = mustBe(200, await app.client.get(next.slice(app.url.length))).json;
        seen.push(...ids(page));
        sizes.push(ids(page).length);
        next = page['_next'] as string | undefined;
      }
      expect([rest, sizes]).toEqual([rest, pages]);
      expect(new Set(seen).size).toBe(seen.length);
    }
    const first = await app.client.get(`${many.resources}?size=2&type=T&zzz=1`);
    expect(first.json['_next']).toMatch(
      new RegExp(
        `^${app.url}${many.resources}\\?size=2&type=T&zzz=1&after=%5B\\d{13}%2C%22https%3A%2F%2Fexample.org%2Fbase%2Fm\\d+%22%5D$`,
      ),
    );
  });

  it('is read one by one while it grows: by creation, nothing is left out', async () => {
    const growing = await newProject(app.client, { base: BASE });
    for (let n = 0; n < 5; n += 1) await app.client.put(`${growing.resources}/_/g${String(n)}?indexing=sync`, {});
    const seen: Json[] = [];
    let next: string | undefined = `${growing.resources}?size=2`;
    for (let n = 5; next !== undefined; n += 1) {
      const page: JsonObject = (await app.client.get(next)).json;
      seen.push(...ids(page));
      if (n < 8) await app.client.put(`${growing.resources}/_/g${String(n)}?indexing=sync`, {});
      next = (page['_next'] as string | undefined)?.slice(app.url.length);
    }
    expect(seen).toEqual([RESOLVER, ...named('g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7')]);
  });

  it.each([
    ['?size=1001', 'size', "limit '1000' exceeded"],
    ['?from=10001', 'from', "limit '10000' exceeded"],
    ['?from=x', 'from', "'x'"],
    ['?deprecated=zz', 'deprecated', "'zz'"],
    ['?after=zzz', 'after', 'not JSON'],
    ['?after=%5B1%2C%22https%3A%2F%2Fa%22%5D&from=2', 'after, from', 'after and from query parameters cannot be present simultaneously'],
    ['?sort=name', 'sort', '_createdAt, _updatedAt, @id'],
    ['?typeOperator=xor', 'typeOperator', "'and' or 'or'"],
    ['?type=-Person', 'type', 'This release does not support'],
    ['?q=Ada', 'q', "This release does not support 'q' here."],
    ['?aggregations=true', 'aggregations', 'This release does not support'],
    ['?createdBy=x', 'createdBy', 'This release does not support'],
    ['?locate=x', 'locate', 'This release does not support'],
  ])('%s is refused, saying what is wrong', async (rest, name, details) => {
    const { status, json } = await app.client.get(project.resources + rest);
    expect(status).toBe(400);
    expect(json).toEqual({
      '@context': `${CTX}error.json`,
      '@type': 'MalformedQueryParamRejection',
      reason: `The query parameter '${name}' was malformed.`,
      details: expect.stringContaining(details) as unknown,
    });
  });

  it('is 404 in a project that does not exist', async () => {
    expect((await app.client.get(`/v1/resources/${project.organization}/nothing`)).json).toMatchObject({ '@type': 'ProjectNotFound' });
    expect((await app.client.get('/v1/resources/nowhere/nothing/_')).json).toMatchObject({ '@type': 'OrganizationNotFound' });
  });

  it('is JSON only', async () => {
    expect((await app.client.get(project.resources, { accept: 'application/json' })).headers['content-type']).toBe('application/json');
    expect((await app.client.get(project.resources, { accept: 'application/n-triples' })).status).toBe(406);
  });

  it('has a write once it has waited for its position', async () => {
    const fresh = await newProject(app.client);
    for (let n = 1; n <= 30; n += 1) {
      const written = await app.client.put(`${fresh.resources}/_/w${String(n)}`, {});
      const position = String(written.headers['headwater-position']);
      expect((await app.client.get(fresh.resources, { 'headwater-wait-for': position })).json['_total']).toBe(n + 1);
    }
    expect((await app.client.get(fresh.resources, { 'headwater-wait-for': 'abc' })).json).toMatchObject({
      '@type': 'MalformedHeaderRejection',
    });
  });

  it('shows deprecated entities where it is configured to', async () => {
    const other = await startTestApp({ HEADWATER_LIST_DEPRECATED_BY_DEFAULT: 'true' });
    try {
      const shown = await newProject(other.client, { base: BASE });
      await other.client.put(`${shown.resources}/_/x`, {});
      await other.client.delete(`${shown.resources}/_/x?rev=1&indexing=sync`);
      expect((await other.client.get(shown.resources)).json).toMatchObject({ _total: 2 });
      expect((await other.client.get(`${shown.resources}?deprecated=false`)).json).toMatchObject({ _total: 1 });
    } finally {
      await other.close();
    }
  });
});
