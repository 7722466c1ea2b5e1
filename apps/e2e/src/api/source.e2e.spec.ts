import { newProject, type TestProject } from '../testing/api.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const CTX = 'https://bluebrain.github.io/nexus/contexts/';
const JSON_BODY = { 'content-type': 'application/json' };

describe('The source of a resource', () => {
  let app: TestApp;
  let project: TestProject;
  const put = (id: string, body: string, query = '') =>
    app.client.send('PUT', `${project.resources}/_/${id}${query}`, { headers: JSON_BODY, body });
  const source = (id: string, query = '', headers = {}) => app.client.get(`${project.resources}/_/${id}/source${query}`, headers);

  beforeAll(async () => {
    app = await startTestApp();
    project = await newProject(app.client, { base: 'https://example.org/base/', vocab: 'https://example.org/vocab/' });
  });
  afterAll(() => app.close());

  it.each([
    '{"b": 12345678901234567890,\r\n\t"a":1.0, "e": 1e2, "x": null,\n "b2":[ ]  }',
    ' {"text":"é\\u00e9\\n\\"}{", "n": {"__proto__": {"constructor": 1}}} ',
    '{"a":1,"a":2}',
    '{}',
  ])('is byte for byte what was sent: %j', async (body) => {
    const id = `bytes${String(Math.random()).slice(2)}`;
    expect((await put(id, body)).status).toBe(201);
    const answer = await source(id);
    expect([answer.status, answer.headers['content-type'], answer.headers.vary]).toEqual([
      200,
      'application/json',
      'Accept, Accept-Encoding',
    ]);
    expect(answer.bytes.toString('utf8')).toBe(body);
    const annotated = await source(id, '?annotate=true');
    expect(annotated.text).toContain(body.trim().slice(1, -1));
    expect(JSON.parse(annotated.text)).toMatchObject({ '@id': `https://example.org/base/${id}`, _rev: 1 });
  });

  it('loses a byte order mark, which would make it unusable', async () => {
    await app.client.send('PUT', `${project.resources}/_/bom`, { headers: JSON_BODY, body: Buffer.from('\ufeff{"a":1}', 'utf8') });
    expect((await source('bom')).text).toBe('{"a":1}');
  });

  it('is that of each revision and tag', async () => {
    await put('r1', '{"n": 1}');
    await put('r1', '{"n": 2}', '?rev=1');
    await app.client.post(`${project.resources}/_/r1/tags?rev=2`, { tag: 'first', rev: 1 });
    await app.client.delete(`${project.resources}/_/r1?rev=3`);
    const texts = await Promise.all(
      ['', '?rev=1', '?rev=2', '?rev=3', '?rev=4', '?tag=first'].map(async (query) => (await source('r1', query)).text),
    );
    expect(texts).toEqual(['{"n": 2}', '{"n": 1}', '{"n": 2}', '{"n": 2}', '{"n": 2}', '{"n": 1}']);
    expect(JSON.parse((await source('r1', '?tag=first&annotate=true')).text)).toMatchObject({ n: 1, _rev: 1, _deprecated: false });
    expect(JSON.parse((await source('r1', '?annotate=true')).text)).toMatchObject({ n: 2, _rev: 4, _deprecated: true });
  });

  it('is annotated as the recordings have it', async () => {
    const context = { '@vocab': 'https://example.org/vocab/', name: 'https://schema.org/name' };
    await put(
      'ada',
      JSON.stringify({
        '@context': context,
        '@id': 'https://example.org/base/ada',
        '@type': 'Person',
        name: 'Ada',
        nested: { x: [1, null] },
      }),
    );
    const annotated = (await source('ada', '?annotate=true')).json;
    expect(annotated).toMatchObject({
      '@context': [context, `${CTX}metadata.json`],
      '@id': 'https://example.org/base/ada',
      '@type': 'Person',
      nested: { x: [1, null] },
      _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/unconstrained.json',
      _deprecated: false,
      _rev: 1,
      _self: `${app.url}${project.resources}/_/https:%2F%2Fexample.org%2Fbase%2Fada`,
    });
    await put('nocontext', '{"@type":"Person","https://a.org/b":3,"name":"NoCtx"}');
    expect((await source('nocontext', '?annotate=true')).json).toMatchObject({
      '@context': `${CTX}metadata.json`,
      '@id': 'https://example.org/base/nocontext',
      '@type': 'Person',
      name: 'NoCtx',
    });
    await put('relative', '{"@id":"relative","name":"x"}');
    expect((await source('relative', '?annotate=true')).json).toMatchObject({ '@id': 'relative' });
  });

  it("is the seed's payload", async () => {
    const payload =
      '{\n  "@context": {\n    "ex": "http://localhost:8080/",\n    "@vocab": "http://localhost:8080/"\n  },\n  "@type": "ex:Custom",\n  "name": "Alex",\n  "number": 24,\n  "bool": false\n}';
    await put('base:fd8a2b32', payload);
    expect((await source('fd8a2b32')).text).toBe(payload);
  });

  it('is of another media type where that is asked for, with an ETag of each', async () => {
    await put('typed', '{"n":1}');
    const etags = new Set<unknown>();
    for (const [query, accept, contentType] of [
      ['', '*/*', 'application/json'],
      ['', 'application/ld+json', 'application/ld+json'],
      ['?annotate=true', '*/*', 'application/json'],
    ] as const) {
      const { headers } = await source('typed', query, { accept });
      expect(headers['content-type']).toBe(contentType);
      etags.add(headers.etag);
      const again = await source('typed', query, { accept, 'if-none-match': String(headers.etag) });
      expect([again.status, again.text]).toEqual([304, '']);
    }
    expect(etags.size).toBe(3);
    expect((await source('typed', '', { accept: 'application/n-triples' })).json).toMatchObject({
      '@type': 'UnacceptedResponseContentTypeRejection',
    });
  });

  it.each([
    ['nope', '', 404, 'ResourceNotFound'],
    ['r1', '?rev=99', 404, 'RevisionNotFound'],
    ['r1', '?tag=none', 404, 'TagNotFound'],
    ['r1', '?annotate=zzz', 400, 'MalformedQueryParamRejection'],
    ['r1', '?rev=1&tag=first', 400, 'MalformedQueryParamRejection'],
  ])('%s%s is %i %s', async (id, query, status, type) => {
    const answer = await source(id, query);
    expect([answer.status, answer.json['@type']]).toEqual([status, type]);
  });

  it('is there for the default resolver too', async () => {
    expect((await source('nxv:defaultInProject', '?annotate=true')).json).toMatchObject({
      '@type': ['Resolver', 'InProject'],
      priority: 1,
      _rev: 1,
    });
  });
});

describe('The tags of a resource', () => {
  let app: TestApp;
  let project: TestProject;
  beforeAll(async () => {
    app = await startTestApp();
    project = await newProject(app.client);
    await app.client.put(`${project.resources}/_/r1`, { n: 1 });
    await app.client.put(`${project.resources}/_/r1?rev=1`, { n: 2 });
    await app.client.post(`${project.resources}/_/r1/tags?rev=2`, { tag: 'mytag', rev: 1 });
    await app.client.post(`${project.resources}/_/r1/tags?rev=3`, { tag: 'another', rev: 2 });
    await app.client.delete(`${project.resources}/_/r1/tags/mytag?rev=4`);
  });
  afterAll(() => app.close());
  const tags = async (query = ''): Promise<unknown> => (await app.client.get(`${project.resources}/_/r1/tags${query}`)).json;

  it("are the seed's answer to the seed's request", async () => {
    expect(await tags('?rev=3')).toEqual({ '@context': `${CTX}tags.json`, tags: [{ rev: 1, tag: 'mytag' }] });
  });

  it('are those of each revision', async () => {
    expect(await tags('?rev=2')).toMatchObject({ tags: [] });
    expect(await tags('?rev=4')).toMatchObject({
      tags: [
        { rev: 2, tag: 'another' },
        { rev: 1, tag: 'mytag' },
      ],
    });
    expect(await tags()).toMatchObject({ tags: [{ rev: 2, tag: 'another' }] });
    expect(await tags('?tag=another')).toMatchObject({ tags: [] });
    expect(await tags('?rev=9')).toMatchObject({ '@type': 'RevisionNotFound' });
    expect(await tags('?tag=mytag')).toMatchObject({ '@type': 'TagNotFound' });
  });

  it('are there for what is deprecated, and nothing else', async () => {
    await app.client.delete(`${project.resources}/_/r1?rev=5`);
    expect(await tags()).toMatchObject({ tags: [{ rev: 2, tag: 'another' }] });
    expect((await app.client.get(`${project.resources}/_/nope/tags`)).json).toMatchObject({ '@type': 'ResourceNotFound' });
  });
});
