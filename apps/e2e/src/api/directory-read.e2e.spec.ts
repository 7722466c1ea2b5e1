import { mustBe, newLabel, newProject } from '../testing/api.js';
import type { Json, JsonObject } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const CTX = 'https://bluebrain.github.io/nexus/contexts/';
const SCH = 'https://bluebrain.github.io/nexus/schemas/';
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown;

describe('Reading organisations and projects', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const common = (self: string, schema: string, more: object): object => ({
    '@id': self,
    _constrainedBy: `${SCH}${schema}`,
    _createdAt: instant,
    _createdBy: `${app.url}/v1/anonymous`,
    _self: self,
    _updatedAt: instant,
    _updatedBy: `${app.url}/v1/anonymous`,
    ...more,
  });
  const results = (page: JsonObject): readonly JsonObject[] => page['_results'] as readonly JsonObject[];

  it('shows an organisation as it is and as it was, at once', async () => {
    const label = newLabel('org');
    await app.client.put(`/v1/orgs/${label}`, { description: 'one' });
    await app.client.put(`/v1/orgs/${label}?rev=1`, { description: 'two' });
    await app.client.delete(`/v1/orgs/${label}?rev=2`);
    const fixed = { '@context': [`${CTX}organizations.json`, `${CTX}metadata.json`], '@type': 'Organization', _label: label, _uuid: uuid };
    const self = `${app.url}/v1/orgs/${label}`;
    const shown = async (query = ''): Promise<unknown> => mustBe(200, await app.client.get(`/v1/orgs/${label}${query}`)).json;
    const newest = common(self, 'organizations.json', { ...fixed, description: 'two', _deprecated: true, _rev: 3 });
    expect(await shown()).toEqual(newest);
    expect(await shown('?rev=3')).toEqual(newest);
    expect(await shown('?rev=2')).toEqual({ ...newest, _deprecated: false, _rev: 2 });
    expect(await shown('?rev=1')).toEqual({ ...newest, _deprecated: false, _rev: 1, description: 'one' });
  });

  it('shows a project as it is and as it was, at once', async () => {
    const { organization, project } = await newProject(app.client, { description: 'one', base: 'https://e.org/', vocab: 'https://v.org/' });
    const path = `/v1/projects/${organization}/${project}`;
    await app.client.put(`${path}?rev=1`, { apiMappings: [{ prefix: 'ex', namespace: 'https://ex.org/' }] });
    const fixed = {
      '@context': [`${CTX}projects.json`, `${CTX}metadata.json`],
      '@type': 'Project',
      enforceSchema: false,
      _label: project,
      _markedForDeletion: false,
      _organizationLabel: organization,
      _organizationUuid: uuid,
      _uuid: uuid,
      _deprecated: false,
      _effectiveApiMappings: expect.arrayContaining([
        { _prefix: 'nxv', _namespace: 'https://bluebrain.github.io/nexus/vocabulary/' },
      ]) as unknown,
    };
    const base = `${app.url}/v1/resources/${organization}/${project}/_/`;
    const vocab = `${app.url}/v1/vocabs/${organization}/${project}/`;
    const self = app.url + path;
    expect((await app.client.get(path)).json).toEqual(
      common(self, 'projects.json', { ...fixed, apiMappings: [{ prefix: 'ex', namespace: 'https://ex.org/' }], base, vocab, _rev: 2 }),
    );
    expect((await app.client.get(`${path}?rev=1`)).json).toEqual(
      common(self, 'projects.json', {
        ...fixed,
        apiMappings: [],
        base: 'https://e.org/',
        vocab: 'https://v.org/',
        description: 'one',
        _rev: 1,
      }),
    );
  });

  it('has an ETag of each revision and media type', async () => {
    const { organization, project } = await newProject(app.client);
    for (const path of [`/v1/orgs/${organization}`, `/v1/projects/${organization}/${project}`]) {
      const etag = String((await app.client.get(path)).headers.etag);
      expect((await app.client.get(path, { 'if-none-match': etag })).status).toBe(304);
      const plain = await app.client.get(path, { accept: 'application/json', 'if-none-match': etag });
      expect([plain.status, plain.headers['content-type']]).toEqual([200, 'application/json']);
      await app.client.put(`${path}?rev=1`, {});
      expect((await app.client.get(path, { 'if-none-match': etag })).status).toBe(200);
    }
  });

  it('lists organisations and projects by creation, in pages', async () => {
    const fresh = await startTestApp();
    try {
      const list = async (path: string): Promise<JsonObject> => mustBe(200, await fresh.client.get(path)).json;
      const labels = (page: JsonObject): readonly Json[] => results(page).map((item) => item['_label'] ?? null);
      for (const label of ['zeta', 'alpha', 'Beta']) {
        await fresh.client.put(`/v1/orgs/${label}`, {});
        const { headers } = await fresh.client.put(`/v1/projects/${label}/proj-${label}`, { description: label });
        // A write is in the lists once its position is reached.
        await fresh.client.get('/v1/projects', { 'headwater-wait-for': String(headers['headwater-position']) });
      }
      await fresh.client.put('/v1/projects/alpha/second', {});
      const { headers } = await fresh.client.delete('/v1/orgs/zeta?rev=1');
      const all = await fresh.client.get('/v1/orgs', { 'headwater-wait-for': String(headers['headwater-position']) });
      expect(all.json).toMatchObject({ '@context': [`${CTX}metadata.json`, `${CTX}search.json`, `${CTX}organizations.json`], _total: 3 });
      expect(labels(all.json)).toEqual(['zeta', 'alpha', 'Beta']);
      expect(labels(await list('/v1/orgs?deprecated=true'))).toEqual(['zeta']);
      expect(labels(await list('/v1/orgs?deprecated=false'))).toEqual(['alpha', 'Beta']);
      expect(labels(await list('/v1/orgs?label=ET'))).toEqual(['zeta', 'Beta']);
      const first = await list('/v1/orgs?size=2&label=a');
      expect([labels(first), first['_total'], first['_next']]).toEqual([
        ['zeta', 'alpha'],
        3,
        `${fresh.url}/v1/orgs?size=2&label=a&from=2`,
      ]);
      const last = await list('/v1/orgs?size=2&label=a&from=2');
      expect([labels(last), last['_next']]).toEqual([['Beta'], undefined]);
      const projects = await list('/v1/projects');
      expect(projects).toMatchObject({ '@context': [`${CTX}metadata.json`, `${CTX}search.json`, `${CTX}projects.json`], _total: 4 });
      expect(labels(projects)).toEqual(['proj-zeta', 'proj-alpha', 'proj-Beta', 'second']);
      expect(results(projects)[0]).toMatchObject({
        '@type': 'Project',
        description: 'zeta',
        base: expect.any(String) as unknown,
        apiMappings: [],
        _rev: 1,
      });
      expect(labels(await list('/v1/projects/alpha'))).toEqual(['proj-alpha', 'second']);
      expect(await list('/v1/projects/alpha?label=none')).toMatchObject({ _total: 0, _results: [] });
    } finally {
      await fresh.close();
    }
  });

  it.each([
    ['/v1/orgs/nowhere', 404, 'OrganizationNotFound', "Organization 'nowhere' not found."],
    ['/v1/projects/nowhere', 404, 'OrganizationNotFound', "Organization 'nowhere' not found."],
    ['/v1/projects/nowhere/nothing', 404, 'OrganizationNotFound', "Organization 'nowhere' not found."],
    ['/v1/orgs/bad%20label', 400, 'ValidationRejection', 'not a valid label'],
    ['/v1/orgs?size=1001', 400, 'MalformedQueryParamRejection', "'size'"],
    ['/v1/orgs?from=x', 400, 'MalformedQueryParamRejection', "'from'"],
    ['/v1/orgs?sort=_label', 400, 'MalformedQueryParamRejection', "'sort'"],
    ['/v1/orgs?createdBy=x', 400, 'MalformedQueryParamRejection', "'createdBy'"],
  ])('%s is %i %s', async (path, status, type, reason) => {
    const answer = await app.client.get(path);
    expect([answer.status, answer.json['@type']]).toEqual([status, type]);
    expect(answer.json['reason']).toContain(reason);
  });

  it('tells what is missing of a revision or project', async () => {
    const { organization, project } = await newProject(app.client);
    expect((await app.client.get(`/v1/orgs/${organization}?rev=9`)).json).toMatchObject({
      '@type': 'RevisionNotFound',
      reason: "Revision requested '9' not found, last known revision is '1'.",
    });
    expect((await app.client.get(`/v1/projects/${organization}/${project}?rev=9`)).json).toMatchObject({ '@type': 'RevisionNotFound' });
    expect((await app.client.get(`/v1/projects/${organization}/none`)).json).toMatchObject({ '@type': 'ProjectNotFound' });
    expect((await app.client.get(`/v1/orgs/${organization}?rev=0`)).json).toMatchObject({ '@type': 'MalformedQueryParamRejection' });
    expect((await app.client.get(`/v1/orgs/${organization}`, { accept: 'text/html' })).status).toBe(406);
    expect((await app.client.get(`/v1/orgs/${organization}`, { 'headwater-wait-for': 'x' })).json).toMatchObject({
      '@type': 'MalformedHeaderRejection',
    });
  });
});
