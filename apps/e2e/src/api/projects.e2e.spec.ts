import { mustBe, newLabel } from '../testing/api.js';
import type { HttpClient } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const DATE = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown;

describe('Projects', () => {
  let app: TestApp;
  let client: HttpClient;
  let org: string;
  let project: string;
  let path: string;

  beforeAll(async () => {
    app = await startTestApp();
    client = app.client;
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    [org, project] = [newLabel('org'), newLabel('proj')];
    path = `/v1/projects/${org}/${project}`;
    mustBe(201, await client.put(`/v1/orgs/${org}`, {}));
  });

  /** The answer to a write of a project (recording 026). */
  const written = (rev: number, deprecated = false) => ({
    '@context': [
      'https://bluebrain.github.io/nexus/contexts/projects-metadata.json',
      'https://bluebrain.github.io/nexus/contexts/metadata.json',
    ],
    '@id': app.url + path,
    '@type': 'Project',
    _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/projects.json',
    _createdAt: DATE,
    _createdBy: `${app.url}/v1/anonymous`,
    _deprecated: deprecated,
    _effectiveApiMappings: expect.arrayContaining([
      { _namespace: 'https://bluebrain.github.io/nexus/schemas/unconstrained.json', _prefix: 'resource' },
    ]) as unknown,
    _label: project,
    _markedForDeletion: false,
    _organizationLabel: org,
    _organizationUuid: UUID,
    _rev: rev,
    _self: app.url + path,
    _updatedAt: DATE,
    _updatedBy: `${app.url}/v1/anonymous`,
    _uuid: UUID,
  });

  const settings = {
    description: 'A project',
    base: 'https://example.org/base/',
    vocab: 'https://example.org/vocab/',
    apiMappings: [{ prefix: 'ex', namespace: 'https://example.org/ex/' }],
    enforceSchema: true,
  };

  it('are created with what they were given', async () => {
    const created = mustBe(201, await client.put(path, settings));
    expect(created.json).toEqual(written(1));
    expect(created.headers['headwater-position']).toEqual(expect.any(String));
    expect(mustBe(200, await client.get(path)).json).toMatchObject(settings);
  });

  it('have defaults that are absolute, also again after an update that leaves them out', async () => {
    const defaults = {
      base: `${app.url}/v1/resources/${org}/${project}/_/`,
      vocab: `${app.url}/v1/vocabs/${org}/${project}/`,
      apiMappings: [],
      enforceSchema: false,
    };
    mustBe(201, await client.put(path, {}));
    expect((await client.get(path)).json).toMatchObject(defaults);
    expect(mustBe(200, await client.put(`${path}?rev=1`, settings)).json).toEqual(written(2));
    expect(mustBe(200, await client.put(`${path}?rev=2`, {})).json).toEqual(written(3));
    const now = (await client.get(path)).json;
    expect(now).toMatchObject(defaults);
    expect(now).not.toHaveProperty('description');
    expect((await client.get(`${path}?rev=2`)).json).toMatchObject(settings);
  });

  it('come with their default resolver, which listings and fetches show (recording 273)', async () => {
    const created = mustBe(201, await client.put(path, settings));
    const position = String(created.headers['headwater-position']);
    const resolver = 'https://bluebrain.github.io/nexus/vocabulary/defaultInProject';
    expect(mustBe(200, await client.get(`/v1/resources/${org}/${project}/_/nxv:defaultInProject`)).json).toMatchObject({
      '@context': ['https://bluebrain.github.io/nexus/contexts/resolvers.json', 'https://bluebrain.github.io/nexus/contexts/metadata.json'],
      '@id': resolver,
      '@type': ['Resolver', 'InProject'],
      priority: 1,
      _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/resolvers.json',
      _deprecated: false,
      _rev: 1,
    });
    expect(position).not.toBe('');
    const taken = mustBe(409, await client.put(`/v1/resources/${org}/${project}/_/nxv:defaultInProject`, {}));
    expect(taken.json['@type']).toBe('ResourceAlreadyExists');
  });

  it('may demand schemas of resources with a type', async () => {
    mustBe(201, await client.put(path, { enforceSchema: true }));
    const refused = mustBe(400, await client.put(`/v1/resources/${org}/${project}/_/r`, { '@type': 'T' }));
    expect(refused.json['@type']).toBe('SchemaIsMandatory');
    mustBe(201, await client.put(`/v1/resources/${org}/${project}/_/context`, { '@context': { name: 'https://schema.org/name' } }));
  });

  it('are deprecated, which stops writes below them, and brought back, whole (recording 381)', async () => {
    mustBe(201, await client.put(path, settings));
    expect(mustBe(200, await client.delete(`${path}?rev=1`)).json).toEqual(written(2, true));
    const refused = mustBe(400, await client.put(`/v1/resources/${org}/${project}/_/r`, {}));
    expect(refused.json['@type']).toBe('ProjectIsDeprecated');
    const back = mustBe(200, await client.send('PUT', `${path}/undeprecate?rev=2`)).json;
    expect(back).toMatchObject({ ...settings, _rev: 3, _deprecated: false });
    expect(back['@context']).toEqual([
      'https://bluebrain.github.io/nexus/contexts/projects.json',
      'https://bluebrain.github.io/nexus/contexts/metadata.json',
    ]);
    mustBe(201, await client.put(`/v1/resources/${org}/${project}/_/r`, {}));
  });

  it('are frozen with their organisation', async () => {
    mustBe(201, await client.put(path, {}));
    mustBe(200, await client.delete(`/v1/orgs/${org}?rev=1`));
    for (const answer of [
      await client.put(`/v1/resources/${org}/${project}/_/r`, {}),
      await client.put(`${path}?rev=1`, {}),
      await client.put(`/v1/projects/${org}/other`, {}),
    ]) {
      expect(mustBe(400, answer).json['@type']).toBe('OrganizationIsDeprecated');
    }
  });

  it('refuse what the specification names', async () => {
    const type = async (status: number, answer: ReturnType<HttpClient['put']>) => mustBe(status, await answer).json['@type'];
    expect(await type(404, client.put('/v1/projects/nowhere/p', {}))).toBe('OrganizationNotFound');
    expect(await type(404, client.put(`${path}?rev=1`, {}))).toBe('ProjectNotFound');
    mustBe(201, await client.put(path, {}));
    const again = mustBe(409, await client.put(path, {})).json;
    expect(again).toMatchObject({ '@type': 'ProjectAlreadyExists', label: project, orgLabel: org });
    expect(mustBe(409, await client.put(`${path}?rev=2`, {})).json).toMatchObject({ '@type': 'IncorrectRev', provided: 2, expected: 1 });
    expect(await type(400, client.delete(path))).toBe('MissingQueryParam');
    expect(await type(400, client.delete(`${path}?rev=1&prune=true`))).toBe('ProjectDeletionIsDisabled');
    expect(await type(400, client.send('PUT', `${path}/undeprecate?rev=1`))).toBe('ProjectIsNotDeprecated');
    expect(await type(405, client.post(path, {}))).toBe('HttpMethodNotAllowed');
    expect(await type(400, client.put(`/v1/projects/${org}/bad%20label!`, {}))).toBe('ValidationRejection');
    expect(await type(400, client.send('PUT', path))).toBe('RequestEntityExpectedRejection');
  });

  it.each([
    [{ base: 'not an iri' }, /'base'/],
    [{ base: 'https://example.org/noslash' }, /'base'/],
    [{ vocab: 'https://example.org/noslash' }, /'vocab'/],
    [{ other: 1 }, /'other'/],
    [{ apiMappings: [{ prefix: 'a b', namespace: 'https://a.org/' }] }, /'prefix'/],
    [{ apiMappings: [{ prefix: 'a', namespace: 'a.org' }] }, /'namespace'/],
  ])('refuse the settings %j', async (body, details) => {
    expect(mustBe(400, await client.put(path, body)).json).toMatchObject({
      '@type': 'MalformedRequestContentRejection',
      details: expect.stringMatching(details) as unknown,
    });
    mustBe(404, await client.get(path));
  });
});
