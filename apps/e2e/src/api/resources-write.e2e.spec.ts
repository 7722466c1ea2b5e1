import { mustBe, newProject, textIn, type TestProject } from '../testing/api.js';
import type { Answer, HttpClient } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const CONTEXTS = 'https://bluebrain.github.io/nexus/contexts';
const UNCONSTRAINED = 'https://bluebrain.github.io/nexus/schemas/unconstrained.json';
const DATE = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;

describe("The seeds' own example", () => {
  // Seeds 001 and 004 give their answers below this address.
  const url = 'http://localhost:8080';
  const payload = { '@context': { ex: `${url}/`, '@vocab': `${url}/` }, '@type': 'ex:Custom', name: 'Alex', number: 24, bool: false };
  const uuid = 'fd8a2b32-170e-44e8-808f-44a8cbbc49b0';
  const resources = '/v1/resources/myorg/myproj';
  const base = `${url}${resources}/`;
  let app: TestApp;
  let client: HttpClient;

  beforeAll(async () => {
    app = await startTestApp({ HEADWATER_PUBLIC_URL: url });
    client = app.client;
    mustBe(201, await client.put('/v1/orgs/myorg', {}));
    mustBe(201, await client.put('/v1/projects/myorg/myproj', { base, vocab: `${url}/` }));
  });
  afterAll(() => app.close());

  /**
   * The answer of the seeds, with what the rulings decide about it: `_self` holds the full id under `_` (8), `_constrainedBy` is the schema's
   * real IRI (15), and everybody is anonymous until there is access control.
   */
  const seeded = (rev: number, deprecated = false, id = base + uuid) => {
    const self = `${url}${resources}/_/${encodeURIComponent(id).replaceAll('%3A', ':')}`;
    return {
      '@context': `${CONTEXTS}/metadata.json`,
      '@id': id,
      '@type': `${url}/Custom`,
      _incoming: `${self}/incoming`,
      _outgoing: `${self}/outgoing`,
      _self: self,
      _constrainedBy: UNCONSTRAINED,
      _project: `${url}/v1/projects/myorg/myproj`,
      _schemaProject: `${url}/v1/projects/myorg/myproj`,
      _rev: rev,
      _deprecated: deprecated,
      _createdAt: DATE,
      _createdBy: `${url}/v1/anonymous`,
      _updatedAt: DATE,
      _updatedBy: `${url}/v1/anonymous`,
    };
  };

  it('is answered as they say, from the first revision to the last', async () => {
    const one = `${resources}/resource/base:${uuid}`;
    expect(mustBe(201, await client.put(one, payload)).json).toEqual(seeded(1));
    expect(mustBe(200, await client.put(`${one}?rev=1`, payload)).json).toEqual(seeded(2));
    expect(mustBe(201, await client.post(`${resources}/_/${uuid}/tags?rev=2`, { tag: 'mytag', rev: 1 })).json).toEqual(seeded(3));
    expect(mustBe(200, await client.delete(`${resources}/_/${uuid}?rev=3`)).json).toEqual(seeded(4, true));

    const fetched = mustBe(200, await client.get(`${resources}/_/${uuid}`)).json;
    expect(fetched).toEqual({
      ...seeded(4, true),
      '@context': [`${CONTEXTS}/metadata.json`, payload['@context']],
      // The seed compacts it to a term; the vocabulary and the prefix are the same here, and either is right.
      '@type': expect.stringMatching(/^(ex:)?Custom$/) as unknown,
      name: 'Alex',
      number: 24,
      bool: false,
    });
    expect(mustBe(200, await client.get(`${resources}/_/${uuid}/source?rev=4`)).text).toBe(JSON.stringify(payload));
    expect(mustBe(200, await client.get(`${resources}/_/${uuid}/tags`)).json).toEqual({
      '@context': `${CONTEXTS}/tags.json`,
      tags: [{ rev: 1, tag: 'mytag' }],
    });
    expect(mustBe(200, await client.get(`${resources}/_/${uuid}?tag=mytag`)).json).toMatchObject({ _rev: 1, _deprecated: false });
  });

  it('gets an id below the base where it has none', async () => {
    for (const path of [resources, `${resources}/`, `${resources}/_`, `${resources}/resource`]) {
      const created = mustBe(201, await client.post(path, payload));
      const id = textIn(created, '@id');
      expect(id.slice(0, base.length)).toBe(base);
      expect(id.slice(base.length)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(created.json).toEqual(seeded(1, false, id));
    }
  });

  it('is tagged by PUT too, as seed 001 says', async () => {
    mustBe(201, await client.put(`${resources}/_/put-tagged`, payload));
    expect(mustBe(201, await client.put(`${resources}/_/put-tagged/tags?rev=1`, { tag: 'v1', rev: 1 })).json).toEqual(
      seeded(2, false, `${base}put-tagged`),
    );
  });
});

describe('Writes of resources', () => {
  let app: TestApp;
  let client: HttpClient;
  let project: TestProject;
  let resources: string;
  const base = 'https://example.org/base/';

  beforeAll(async () => {
    app = await startTestApp();
    client = app.client;
    project = await newProject(client, {
      base,
      vocab: 'https://example.org/vocab/',
      apiMappings: [
        { prefix: 'ex', namespace: 'https://example.org/ex/' },
        { prefix: 'myres', namespace: 'https://example.org/my-resource' },
      ],
    });
    resources = project.resources;
  });
  afterAll(() => app.close());

  const refusal = async (status: number, answer: Promise<Answer>): Promise<Answer['json']> => {
    const { json, headers } = mustBe(status, await answer);
    expect(headers['headwater-position']).toBeUndefined();
    expect(typeof json['reason']).toBe('string');
    return json;
  };
  const typeOf = async (status: number, answer: Promise<Answer>): Promise<unknown> => (await refusal(status, answer))['@type'];

  describe('ids', () => {
    it.each([
      ['plain', `${base}plain`],
      ['ex:r4', 'https://example.org/ex/r4'],
      ['base:b1', `${base}b1`],
      ['myres', 'https://example.org/my-resource'],
      ['a+b', `${base}a+b`],
      ['zzz:abc', `${base}zzz:abc`],
      ['https%3A%2F%2Fexample.org%2Fq%3Fa%3D1%26b%3D2%23frag', 'https://example.org/q?a=1&b=2#frag'],
      ['https%3A%2F%2Fexample.org%2Fa%2520b', 'https://example.org/a%20b'],
      ['https%3A%2F%2Fexample.org%2F%C3%A9%2F%E6%97%A5%E6%9C%AC', 'https://example.org/é/日本'],
      ['urn%3Auuid%3A0b0b0b0b-0000-4000-8000-000000000001', 'urn:uuid:0b0b0b0b-0000-4000-8000-000000000001'],
      [encodeURIComponent(`https://example.org/${'long/'.repeat(100)}`), `https://example.org/${'long/'.repeat(100)}`],
    ])('%s of a path means %s', async (segment, id) => {
      expect(mustBe(201, await client.put(`${resources}/_/${segment}`, { name: 'x' })).json['@id']).toBe(id);
      expect(await typeOf(409, client.put(`${resources}/_/${encodeURIComponent(id)}`, { name: 'x' }))).toBe('ResourceAlreadyExists');
    });

    it('may be in the document', async () => {
      expect(mustBe(201, await client.post(resources, { '@id': 'https://example.org/own' })).json['@id']).toBe('https://example.org/own');
      expect(mustBe(201, await client.post(resources, { '@id': 'relative' })).json['@id']).toBe(`${base}relative`);
      const curie = { '@context': { c: 'https://c.org/' }, '@id': 'c:x' };
      expect(mustBe(201, await client.post(resources, curie)).json['@id']).toBe('https://c.org/x');
      expect(mustBe(201, await client.put(`${resources}/_/same`, { '@id': `${base}same` })).json['@id']).toBe(`${base}same`);
    });

    it('are refused where they do not match, are blank, reserved or none', async () => {
      expect(await typeOf(400, client.put(`${resources}/_/m1`, { '@id': `${base}other` }))).toBe('UnexpectedId');
      expect(await typeOf(400, client.post(resources, { '@id': '' }))).toBe('BlankId');
      expect(await typeOf(400, client.post(resources, { '@id': '_:b1', name: 'x' }))).toBe('InvalidJsonLdFormat');
      expect(await typeOf(400, client.put(`${resources}/_/https%3A%2F%2Fexample.org%2Fwith%20space`, {}))).toBe('InvalidResourceId');
      const reserved = encodeURIComponent(`${CONTEXTS}/mine.json`);
      expect(await typeOf(400, client.put(`${resources}/_/${reserved}`, { a: 1 }))).toBe('ReservedResourceId');
      for (const segment of ['events', 'source', 'tags']) {
        expect(await typeOf(404, client.put(`${resources}/_/${segment}`, {}))).toBe('ResourceNotFound');
      }
    });
  });

  describe('schemas', () => {
    it('are the unconstrained one, however it is written', async () => {
      for (const [index, schema] of ['_', 'resource', encodeURIComponent(UNCONSTRAINED)].entries()) {
        const path = `${resources}/${schema}/schema${String(index)}`;
        expect(mustBe(201, await client.put(path, {})).json['_constrainedBy']).toBe(UNCONSTRAINED);
        mustBe(200, await client.put(`${path}?rev=1`, {}));
        mustBe(201, await client.post(`${path}/tags?rev=2`, { tag: 'v1', rev: 1 }));
        mustBe(200, await client.delete(`${path}/tags/v1?rev=3`));
        mustBe(200, await client.delete(`${path}?rev=4`));
        mustBe(200, await client.send('PUT', `${path}/undeprecate?rev=5`));
      }
    });

    it('cannot be resolved otherwise, which a report says (recording 093)', async () => {
      const schema = encodeURIComponent('https://example.org/schemas/none');
      const report = {
        history: [
          {
            rejections: [
              {
                cause: { '@type': 'ResourceNotFound', reason: expect.stringContaining(project.project) as unknown },
                project: `${project.organization}/${project.project}`,
              },
            ],
            resolverId: 'https://bluebrain.github.io/nexus/vocabulary/defaultInProject',
            success: false,
          },
        ],
      };
      const expected = {
        '@context': [`${CONTEXTS}/resolvers.json`, `${CONTEXTS}/error.json`],
        '@type': 'InvalidSchemaRejection',
        reason: expect.stringContaining('https://example.org/schemas/none') as unknown,
        report,
      };
      expect(await refusal(404, client.put(`${resources}/${schema}/us9`, { name: 'x' }))).toEqual(expected);
      expect(await refusal(404, client.post(`${resources}/${schema}`, { name: 'x' }))).toEqual(expected);
      mustBe(201, await client.put(`${resources}/_/us9`, {}));
      expect(await refusal(404, client.put(`${resources}/${schema}/us9?rev=1`, {}))).toEqual(expected);
      expect(await typeOf(409, client.put(`${resources}/${schema}/us9`, {}))).toBe('ResourceAlreadyExists');
      expect(await typeOf(400, client.delete(`${resources}/${schema}/us9?rev=1`))).toBe('UnexpectedResourceSchema');
    });
  });

  describe('documents', () => {
    it.each([
      ['{"a": 1,', 'MalformedRequestContentRejection'],
      ['not json', 'MalformedRequestContentRejection'],
      ['', 'RequestEntityExpectedRejection'],
      ['null', 'MalformedRequestContentRejection'],
      ['[]', 'MalformedRequestContentRejection'],
      ['"abc"', 'MalformedRequestContentRejection'],
      ['3', 'MalformedRequestContentRejection'],
      ['{"a":1e400}', 'MalformedRequestContentRejection'],
      ['{"_rev":1,"_self":"x","name":"x"}', 'MalformedRequestContentRejection'],
      ['{"@context":"https://nowhere.invalid/ctx","name":"x"}', 'InvalidJsonLdFormat'],
      ['{"@context":3,"name":"x"}', 'InvalidJsonLdFormat'],
      ['{"@type":5}', 'InvalidJsonLdFormat'],
      ['{"@type":"https://bluebrain.github.io/nexus/vocabulary/Schema"}', 'ReservedResourceTypes'],
    ])('%s is %s, and nothing is stored', async (body, type) => {
      const headers = { 'content-type': 'application/json' };
      expect(await typeOf(400, client.send('PUT', `${resources}/_/refused`, { body, headers }))).toBe(type);
      expect(await typeOf(400, client.send('POST', resources, { body, headers }))).toBe(type);
      mustBe(404, await client.get(`${resources}/_/refused`));
    });

    it('may be of any JSON media type, and of no other', async () => {
      const body = '{"name":"x"}';
      for (const [index, type] of ['application/ld+json', 'application/json; charset=utf-8', 'application/vnd.x+json'].entries()) {
        mustBe(201, await client.send('PUT', `${resources}/_/type${String(index)}`, { body, headers: { 'content-type': type } }));
      }
      for (const type of ['text/plain', 'application/xml']) {
        const sent = client.send('PUT', `${resources}/_/typex`, { body, headers: { 'content-type': type } });
        expect(await typeOf(415, sent)).toBe('UnsupportedRequestContentTypeRejection');
      }
    });

    it('use contexts that are resources of their project, deprecated ones too, as they were then', async () => {
      const context = 'https://example.org/ctx/c1';
      const path = `${resources}/_/${encodeURIComponent(context)}`;
      mustBe(201, await client.put(path, { '@context': { name: 'https://schema.org/name', Person: 'https://schema.org/Person' } }));
      const user = { '@context': [context, { '@vocab': 'https://v.org/' }], '@type': 'Person', name: 'Bob' };
      expect(mustBe(201, await client.put(`${resources}/_/usesctx`, user)).json['@type']).toBe('https://schema.org/Person');
      mustBe(200, await client.put(`${path}?rev=1`, { '@context': { Person: 'https://other.org/Person' } }));
      expect((await client.get(`${resources}/_/usesctx`)).json['@type']).toBe('Person');
      expect(mustBe(200, await client.put(`${resources}/_/usesctx?rev=1`, user)).json['@type']).toBe('https://other.org/Person');
      mustBe(200, await client.delete(`${path}?rev=2`));
      expect(mustBe(200, await client.put(`${resources}/_/usesctx?rev=2`, user)).json['@type']).toBe('https://other.org/Person');
    });

    it('have a largest size, of the body and of the event', async () => {
      const body = JSON.stringify({ x: 'y'.repeat(270_000) });
      const sent = client.send('PUT', `${resources}/_/big`, { body, headers: { 'content-type': 'application/json' } });
      expect(await typeOf(413, sent)).toBe('PayloadTooLarge');
      // A long term makes a small document large: 3,000 keys of 500 characters each.
      const long = `https://example.org/${'x'.repeat(500)}/`;
      const members = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${String(index)}`, 1]));
      expect(await typeOf(413, client.put(`${resources}/_/wide`, { '@context': { '@vocab': long }, ...members }))).toBe('EventTooLarge');
      mustBe(404, await client.get(`${resources}/_/wide`));
    });
  });

  describe('revisions', () => {
    it('are demanded and must be the newest', async () => {
      mustBe(201, await client.put(`${resources}/_/rev`, { v: 1 }));
      mustBe(200, await client.put(`${resources}/_/rev?rev=1`, { v: 1 }));
      expect(await refusal(409, client.put(`${resources}/_/rev?rev=1`, {}))).toMatchObject({
        '@type': 'IncorrectRev',
        provided: 1,
        expected: 2,
      });
      expect(await typeOf(409, client.put(`${resources}/_/rev?rev=99`, {}))).toBe('IncorrectRev');
      expect(await typeOf(409, client.put(`${resources}/_/rev`, {}))).toBe('ResourceAlreadyExists');
      for (const rev of ['abc', '0', '-1', '1.5', '99999999999']) {
        expect(await typeOf(400, client.put(`${resources}/_/rev?rev=${rev}`, {}))).toBe('MalformedQueryParamRejection');
      }
      expect(await refusal(400, client.post(`${resources}?rev=1`, {}))).toMatchObject({
        '@type': 'MalformedQueryParamRejection',
        details: 'the provided query parameter should not be present',
      });
      expect(await typeOf(404, client.put(`${resources}/_/nope?rev=1`, {}))).toBe('ResourceNotFound');
      expect(await typeOf(404, client.delete(`${resources}/_/nope?rev=1`))).toBe('ResourceNotFound');
      expect(await typeOf(400, client.delete(`${resources}/_/rev`))).toBe('MissingQueryParam');
      expect(await typeOf(400, client.delete(`${resources}/_/rev?prune=true`))).toBe('MalformedQueryParamRejection');
      expect(await typeOf(400, client.send('PUT', `${resources}/_/rev/undeprecate`))).toBe('MissingQueryParam');
    });

    it('lock what is deprecated until it is brought back', async () => {
      const path = `${resources}/_/locked`;
      mustBe(201, await client.put(path, {}));
      expect(await typeOf(400, client.send('PUT', `${path}/undeprecate?rev=1`))).toBe('ResourceIsNotDeprecated');
      expect(mustBe(200, await client.delete(`${path}?rev=1`)).json['_deprecated']).toBe(true);
      expect(await typeOf(400, client.put(`${path}?rev=2`, {}))).toBe('ResourceIsDeprecated');
      expect(await typeOf(400, client.post(`${path}/tags?rev=2`, { tag: 'v1', rev: 1 }))).toBe('ResourceIsDeprecated');
      expect(await typeOf(400, client.delete(`${path}?rev=2`))).toBe('ResourceIsDeprecated');
      expect(mustBe(200, await client.send('PUT', `${path}/undeprecate?rev=2`)).json).toMatchObject({ _rev: 3, _deprecated: false });
    });

    it.each([undefined, '{}', 'null', '<not json>'])('are what counts where the body is %s', async (body) => {
      const path = `${resources}/_/ignored${String(body?.length ?? 0)}`;
      mustBe(201, await client.put(path, {}));
      const sending = body === undefined ? {} : { body, headers: { 'content-type': 'text/anything' } };
      mustBe(200, await client.send('DELETE', `${path}?rev=1`, sending));
      mustBe(200, await client.send('PUT', `${path}/undeprecate?rev=2`, sending));
    });
  });

  describe('places', () => {
    it('must exist and be well named', async () => {
      expect(await typeOf(404, client.put(`/v1/resources/${project.organization}/zzz/_/x`, {}))).toBe('ProjectNotFound');
      expect(await typeOf(404, client.put('/v1/resources/nonexist/zzz/_/x', {}))).toBe('OrganizationNotFound');
      expect(await typeOf(400, client.put(`/v1/resources/${project.organization}/b%20d!/_/x`, {}))).toBe('ValidationRejection');
      expect(await typeOf(404, client.put(`${resources}/_/https://example.org/base/r9`, {}))).toBe('ResourceNotFound');
      expect(await typeOf(405, client.post(`${resources}/_/r9`, {}))).toBe('HttpMethodNotAllowed');
    });
  });

  describe('indexing', () => {
    it('sync answers once lists show the write', async () => {
      // Earlier tests wrote without waiting: what is in the log before this one is in the lists after it.
      mustBe(201, await client.post(`${resources}?indexing=sync`, { a: 0 }));
      const before = Number((await client.get(`${resources}?size=0&deprecated=false`)).json['_total']);
      mustBe(201, await client.post(`${resources}?indexing=sync`, { a: 1 }));
      expect((await client.get(`${resources}?size=0&deprecated=false`)).json['_total']).toBe(before + 1);
      mustBe(201, await client.post(`${resources}?indexing=async`, { a: 1 }));
      expect(await refusal(400, client.post(`${resources}?indexing=zzz`, { a: 1 }))).toMatchObject({
        '@type': 'MalformedQueryParamRejection',
        reason: expect.stringContaining("'indexing'") as unknown,
        details: "Invalid value of indexing type, allowed values are 'async' or 'sync'.",
      });
    });

    it('says where each write is, for reads to wait for', async () => {
      const { headers } = mustBe(201, await client.put(`${resources}/_/waited`, { '@type': 'Waited' }));
      const wait = { 'headwater-wait-for': String(headers['headwater-position']) };
      expect((await client.get(`${resources}?type=Waited`, wait)).json['_total']).toBe(1);
    });
  });
});
