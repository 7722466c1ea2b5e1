import { mustBe, newProject, type TestProject } from '../testing/api.js';
import type { JsonObject } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const CTX = 'https://bluebrain.github.io/nexus/contexts/';
const UNCONSTRAINED = 'https://bluebrain.github.io/nexus/schemas/unconstrained.json';
const BASE = 'https://example.org/base/';
const PROFILE = 'http://www.w3.org/ns/json-ld#';
const enc = encodeURIComponent;

describe('Fetching over HTTP', () => {
  let app: TestApp;
  let project: TestProject;
  const at = (id: string, rest = ''): string => `${project.resources}/_/${enc(id)}${rest}`;

  beforeAll(async () => {
    app = await startTestApp();
    project = await newProject(app.client, {
      base: BASE,
      vocab: 'https://example.org/vocab/',
      apiMappings: [{ prefix: 'ex', namespace: 'https://example.org/ex/' }],
    });
    const context = { '@vocab': 'https://example.org/vocab/', name: 'https://schema.org/name' };
    const ada = {
      '@context': context,
      '@id': `${BASE}r1`,
      '@type': 'Person',
      name: 'Ada',
      age: 36,
      nested: { x: [1, 2, null, true], y: '' },
    };
    await app.client.post(project.resources, ada);
    await app.client.put(at(`${BASE}r1`, '?rev=1'), { ...ada, name: 'Ada L.' });
    await app.client.post(at(`${BASE}r1`, '/tags?rev=2'), { tag: 'v1', rev: 1 });
    await app.client.delete(at(`${BASE}r1`, '?rev=3'));
  });
  afterAll(() => app.close());

  const self = (): string => `${app.url}${project.resources}/_/https:%2F%2Fexample.org%2Fbase%2Fr1`;
  const metadata = (more: object): object => ({
    _constrainedBy: UNCONSTRAINED,
    _createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
    _createdBy: `${app.url}/v1/anonymous`,
    _incoming: `${self()}/incoming`,
    _outgoing: `${self()}/outgoing`,
    _project: `${app.url}/v1/projects/${project.organization}/${project.project}`,
    _schemaProject: `${app.url}/v1/projects/${project.organization}/${project.project}`,
    _self: self(),
    _updatedAt: expect.any(String) as unknown,
    _updatedBy: `${app.url}/v1/anonymous`,
    ...more,
  });
  const ada = (more: object): object => ({
    '@context': [`${CTX}metadata.json`, { '@vocab': 'https://example.org/vocab/', name: 'https://schema.org/name' }],
    '@id': `${BASE}r1`,
    '@type': 'Person',
    age: 36,
    nested: { x: [1, 2, true], y: '' },
    ...more,
  });

  it('shows the newest revision, also of what is deprecated', async () => {
    const { status, headers, json } = await app.client.get(at(`${BASE}r1`));
    expect([status, headers['content-type'], headers.vary]).toEqual([200, 'application/ld+json', 'Accept, Accept-Encoding']);
    expect(json).toEqual({ ...ada({ name: 'Ada L.' }), ...metadata({ _rev: 4, _deprecated: true }) });
  });

  it('shows each revision as it was', async () => {
    expect((await app.client.get(at(`${BASE}r1`, '?rev=1'))).json).toEqual({
      ...ada({ name: 'Ada' }),
      ...metadata({ _rev: 1, _deprecated: false }),
    });
    expect((await app.client.get(at(`${BASE}r1`, '?rev=3'))).json).toEqual({
      ...ada({ name: 'Ada L.' }),
      ...metadata({ _rev: 3, _deprecated: false }),
    });
    expect((await app.client.get(at(`${BASE}r1`, '?rev=4'))).text).toBe((await app.client.get(at(`${BASE}r1`))).text);
    expect((await app.client.get(at(`${BASE}r1`, '?tag=v1'))).text).toBe((await app.client.get(at(`${BASE}r1`, '?rev=1'))).text);
  });

  it('knows an id by each of its names', async () => {
    const whole = (await app.client.get(at(`${BASE}r1`))).text;
    const names = ['_/r1', '_/base:r1', `_/${BASE.replaceAll('/', '%2F')}r1`, `${enc(UNCONSTRAINED)}/r1`, 'resource/r1', '_/r1/'];
    for (const name of names) expect([name, (await app.client.get(`${project.resources}/${name}`)).text]).toEqual([name, whole]);
    await app.client.put(`${project.resources}/_/ex:a+b`, {});
    expect((await app.client.get(at('https://example.org/ex/a+b'))).json).toMatchObject({ '@id': 'https://example.org/ex/a+b' });
  });

  it('shows every kind of entity', async () => {
    for (const path of ['_/nxv:defaultInProject', 'resolver/nxv:defaultInProject', '_/defaultResolver']) {
      expect((await app.client.get(`${project.resources}/${path}`)).json).toMatchObject({
        '@id': 'https://bluebrain.github.io/nexus/vocabulary/defaultInProject',
        '@type': ['Resolver', 'InProject'],
        priority: 1,
        _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/resolvers.json',
        _rev: 1,
      });
    }
  });

  it("has the seed's answer to the seed's request", async () => {
    const seed = await newProject(app.client);
    const payload = {
      '@context': { ex: 'http://localhost:8080/', '@vocab': 'http://localhost:8080/' },
      '@type': 'ex:Custom',
      name: 'Alex',
      number: 24,
      bool: false,
    };
    const id = 'fd8a2b32-170e-44e8-808f-44a8cbbc49b0';
    await app.client.put(`${seed.resources}/_/base:${id}`, payload);
    const answer = await app.client.get(`${seed.resources}/_/${id}`);
    expect(answer.json).toMatchObject({
      '@context': [`${CTX}metadata.json`, { '@vocab': 'http://localhost:8080/', ex: 'http://localhost:8080/' }],
      '@id': `${app.url}${seed.resources}/_/${id}`,
      '@type': 'Custom',
      bool: false,
      name: 'Alex',
      number: 24,
      _rev: 1,
      _deprecated: false,
    });
    expect((await app.client.get(`${seed.resources}/_/base:${id}`)).text).toBe(answer.text);
  });

  describe('in a form that is asked for', () => {
    it.each([
      ['application/json', 'application/json', 'Ada'],
      ['application/ld+json', 'application/ld+json', '"@context"'],
      [`application/ld+json; profile="${PROFILE}compacted"`, 'application/ld+json', '"@context"'],
      [
        `application/ld+json; profile="${PROFILE}expanded"`,
        `application/ld+json;profile="${PROFILE}expanded"`,
        '"https://schema.org/name":[{"@value":"Ada L."}]',
      ],
      ['application/n-triples', 'application/n-triples', `<${BASE}r1> <https://schema.org/name> "Ada L." .\n`],
      ['application/n-quads', 'application/n-quads', `<${BASE}r1> <https://schema.org/name> "Ada L." <${BASE}r1> .\n`],
      ['text/vnd.graphviz', 'text/vnd.graphviz', `digraph "${BASE}r1" {`],
      ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/ld+json', '"@context"'],
    ])('%s', async (accept, contentType, part) => {
      const answer = await app.client.get(at(`${BASE}r1`), { accept });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, contentType]);
      expect(answer.text).toContain(part);
    });

    it('expanded, with metadata as full IRIs', async () => {
      const { text, headers } = await app.client.get(at(`${BASE}r1`, '?format=expanded'));
      expect(headers['content-type']).toBe('application/ld+json');
      const [node] = JSON.parse(text) as readonly JsonObject[];
      expect(node).toMatchObject({
        '@id': `${BASE}r1`,
        '@type': ['https://example.org/vocab/Person'],
        'https://bluebrain.github.io/nexus/vocabulary/rev': [{ '@value': 4 }],
        'https://bluebrain.github.io/nexus/vocabulary/self': [{ '@id': self() }],
      });
      expect((await app.client.get(at(`${BASE}r1`, '?format=expanded&rev=1'))).text).toContain(
        '"https://schema.org/name":[{"@value":"Ada"}]',
      );
    });

    it('keeps numbers that a double cannot hold exactly, in each', async () => {
      await app.client.send('PUT', at('big'), { headers: { 'content-type': 'application/json' }, body: '{"n":12345678901234567890}' });
      for (const [accept, query] of [
        ['application/ld+json', ''],
        ['application/ld+json', '?format=expanded'],
        ['application/n-quads', ''],
      ] as const) {
        expect((await app.client.get(at('big', query), { accept })).text).toContain('12345678901234567890');
      }
      expect((await app.client.get(at('big', '/source'))).text).toBe('{"n":12345678901234567890}');
    });

    it('is refused where there is no such form', async () => {
      for (const accept of ['text/html', 'application/xml', 'text/turtle', `application/ld+json;profile="${PROFILE}flattened"`]) {
        const { status, json } = await app.client.get(at(`${BASE}r1`), { accept });
        expect([status, json['reason']]).toEqual([
          406,
          "Resource representation is only available with these types: 'application/json, application/ld+json, application/n-quads, application/n-triples, text/vnd.graphviz'",
        ]);
      }
      for (const format of ['n-triples', 'source', '']) {
        expect((await app.client.get(at(`${BASE}r1`, `?format=${format}`))).json).toEqual({
          '@context': `${CTX}error.json`,
          '@type': 'InvalidRequiredValueForQueryParamRejection',
          reason: "Request is missing required value 'compacted|expanded' for query parameter 'format'",
        });
      }
    });
  });

  it('says what it served by an ETag, and sends nothing to who has it', async () => {
    const etags = new Set<string>();
    for (const [path, accept] of [
      ['', 'application/ld+json'],
      ['', 'application/json'],
      ['?format=expanded', '*/*'],
      ['?rev=1', '*/*'],
      ['', 'application/n-quads'],
    ]) {
      const first = await app.client.get(at(`${BASE}r1`, path), { accept: String(accept) });
      const etag = String(first.headers.etag);
      expect(etag).toMatch(/^"[\x21\x23-\x7e]+"$/);
      etags.add(etag);
      const again = await app.client.get(at(`${BASE}r1`, path), { accept: String(accept), 'if-none-match': etag });
      expect([again.status, again.text, again.headers.etag, again.headers.vary]).toEqual([304, '', etag, 'Accept, Accept-Encoding']);
    }
    expect(etags.size).toBe(5);
    expect((await app.client.get(at(`${BASE}r1`), { 'if-none-match': `"other", ${[...etags][0] ?? ''}` })).status).toBe(304);
    expect((await app.client.get(at(`${BASE}r1`), { 'if-none-match': '*' })).status).toBe(304);
    expect((await app.client.get(at(`${BASE}r1`), { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await app.client.get(at(`${BASE}r1`, '?rev=3'), { 'if-none-match': [...etags][0] ?? '' })).status).toBe(200);
  });

  it('compresses for who takes it, and HEAD has the head only', async () => {
    // Longer than what is not worth it, however short the names of the project are.
    mustBe(201, await app.client.put(at(`${BASE}long`), { text: 'x'.repeat(2000) }));
    const zipped = await app.client.get(at(`${BASE}long`), { 'accept-encoding': 'gzip' });
    expect([zipped.status, zipped.headers['content-encoding']]).toEqual([200, 'gzip']);
    const head = await app.client.send('HEAD', at(`${BASE}r1`));
    expect([head.status, head.text, head.headers.etag]).toEqual([200, '', (await app.client.get(at(`${BASE}r1`))).headers.etag]);
  });

  it.each([
    ['_/nope', 404, 'ResourceNotFound', "Resource 'https://example.org/base/nope' not found in project"],
    ['ex:schema/r1', 404, 'ResourceNotFound', "Resource 'https://example.org/base/r1' not found"],
    ['resolver/r1', 404, 'ResourceNotFound', 'not found'],
    ['_/r1?rev=9', 404, 'RevisionNotFound', "Revision requested '9' not found, last known revision is '4'."],
    ['_/nope?rev=9', 404, 'ResourceNotFound', 'nope'],
    ['_/nope?tag=v1', 404, 'ResourceNotFound', 'nope'],
    ['_/r1?tag=nope', 404, 'TagNotFound', "Tag requested 'nope' not found."],
    ['_/r1?rev=0', 400, 'MalformedQueryParamRejection', "'rev' was malformed"],
    ['_/r1?rev=abc', 400, 'MalformedQueryParamRejection', "'rev' was malformed"],
    ['_/r1?tag=', 400, 'MalformedQueryParamRejection', "'tag' was malformed"],
    ['_/r1?tag=latest', 400, 'MalformedQueryParamRejection', "'tag' was malformed"],
    ['_/r1?rev=1&tag=v1', 400, 'MalformedQueryParamRejection', "'tag' was malformed"],
    ['_/a%20b', 400, 'InvalidResourceId', 'a b'],
    ['_/tags', 404, 'ResourceNotFound', 'does not exist'],
    ['_/r1/zzz', 404, 'ResourceNotFound', 'The requested resource does not exist.'],
  ])('%s is %i %s', async (path, status, type, reason) => {
    const answer = await app.client.get(`${project.resources}/${path}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/ld+json']);
    expect(answer.json).toMatchObject({
      '@context': `${CTX}error.json`,
      '@type': type,
      reason: expect.stringContaining(reason) as unknown,
    });
    expect(answer.headers.vary).toBeUndefined();
  });

  it('bears what clients send along: a body, a content type', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await app.client.send('GET', at(`${BASE}r1`), { headers, body: 'null' })).status).toBe(200);
    expect((await app.client.send('GET', at(`${BASE}r1`, '/source'), { headers })).status).toBe(200);
  });

  it('ignores parameters that it does not know', async () => {
    expect((await app.client.get(at(`${BASE}r1`, '?foo=bar'))).status).toBe(200);
  });

  it('is 404 in a project or organisation that does not exist', async () => {
    expect((await app.client.get(`/v1/resources/${project.organization}/nothing/_/r1`)).json).toMatchObject({ '@type': 'ProjectNotFound' });
    expect((await app.client.get('/v1/resources/nowhere/nothing/_/r1')).json).toMatchObject({ '@type': 'OrganizationNotFound' });
  });

  it('goes on where project and organisation are deprecated', async () => {
    const old = await newProject(app.client);
    await app.client.put(`${old.resources}/_/x`, {});
    await app.client.delete(`/v1/projects/${old.organization}/${old.project}?rev=1`);
    await app.client.delete(`/v1/orgs/${old.organization}?rev=1`);
    expect((await app.client.get(`${old.resources}/_/x`)).status).toBe(200);
  });

  it('shows a write at once, whatever projections do (invariant 6)', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `quick${String(index)}`);
    await Promise.all(
      ids.map(async (id) => {
        await app.client.put(at(id), { n: 1 });
        expect((await app.client.get(at(id))).json).toMatchObject({ n: 1, _rev: 1 });
        await app.client.put(at(id, '?rev=1'), { n: 2 });
        expect((await app.client.get(at(id))).json).toMatchObject({ n: 2, _rev: 2 });
        expect((await app.client.get(at(id, '/source'))).text).toBe('{"n":2}');
      }),
    );
  });
});
