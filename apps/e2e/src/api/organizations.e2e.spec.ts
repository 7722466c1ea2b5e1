import { mustBe, newLabel } from '../testing/api.js';
import type { HttpClient } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const ERROR = 'https://bluebrain.github.io/nexus/contexts/error.json';
const DATE = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;

describe('Organisations', () => {
  let app: TestApp;
  let client: HttpClient;
  let label: string;
  let path: string;

  beforeAll(async () => {
    app = await startTestApp();
    client = app.client;
  });
  afterAll(() => app.close());
  beforeEach(() => {
    label = newLabel('org');
    path = `/v1/orgs/${label}`;
  });

  /** The answer to a write of an organisation (recording 011). */
  const written = (rev: number, deprecated = false) => ({
    '@context': [
      'https://bluebrain.github.io/nexus/contexts/organizations-metadata.json',
      'https://bluebrain.github.io/nexus/contexts/metadata.json',
    ],
    '@id': app.url + path,
    '@type': 'Organization',
    _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/organizations.json',
    _createdAt: DATE,
    _createdBy: `${app.url}/v1/anonymous`,
    _deprecated: deprecated,
    _label: label,
    _rev: rev,
    _self: app.url + path,
    _updatedAt: DATE,
    _updatedBy: `${app.url}/v1/anonymous`,
    _uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
  });

  const refused = (type: string, more: object = {}) => ({
    '@context': ERROR,
    '@type': type,
    reason: expect.any(String) as unknown,
    ...more,
  });

  it('are created, updated, deprecated and brought back', async () => {
    const created = mustBe(201, await client.put(path, { description: 'An organisation' }));
    expect(created.json).toEqual(written(1));
    expect(created.headers['content-type']).toBe('application/ld+json');
    expect(created.headers['headwater-position']).toEqual(expect.any(String));
    const updated = mustBe(200, await client.put(`${path}?rev=1`, {}));
    expect(updated.json).toEqual(written(2));
    expect(updated.json['_uuid']).toBe(created.json['_uuid']);
    expect(mustBe(200, await client.delete(`${path}?rev=2`)).json).toEqual(written(3, true));
    expect(mustBe(200, await client.send('PUT', `${path}/undeprecate?rev=3`)).json).toEqual(written(4));
    expect(mustBe(200, await client.get(`${path}?rev=1`)).json).toMatchObject({ _rev: 1, description: 'An organisation' });
    const now = mustBe(200, await client.get(path)).json;
    expect(now).toMatchObject({ _rev: 4, _deprecated: false });
    expect(now).not.toHaveProperty('description');
  });

  it('refuse what the specification names', async () => {
    const unknown = mustBe(404, await client.put(`${path}?rev=1`, {}));
    expect(unknown.json).toEqual(refused('OrganizationNotFound'));
    mustBe(201, await client.put(path, {}));
    expect(mustBe(409, await client.put(path, {})).json).toEqual(refused('OrganizationAlreadyExists', { label }));
    expect(mustBe(409, await client.put(`${path}?rev=7`, {})).json).toEqual(refused('IncorrectRev', { provided: 7, expected: 1 }));
    expect(mustBe(409, await client.delete(`${path}?rev=7`)).json).toEqual(refused('IncorrectRev', { provided: 7, expected: 1 }));
    expect(mustBe(400, await client.send('PUT', `${path}/undeprecate?rev=1`)).json).toEqual(refused('OrganizationIsNotDeprecated'));
    mustBe(200, await client.delete(`${path}?rev=1`));
    expect(mustBe(400, await client.put(`${path}?rev=2`, {})).json).toEqual(refused('OrganizationIsDeprecated'));
    expect(mustBe(400, await client.delete(`${path}?rev=2`)).json).toEqual(refused('OrganizationIsDeprecated'));
  });

  it('refuse requests that are not theirs', async () => {
    const details = expect.any(String) as unknown;
    expect(mustBe(400, await client.put(path, { description: 'x', other: 1, more: 2 })).json).toEqual(
      refused('MalformedRequestContentRejection', { details: expect.stringContaining("'other', 'more'") }),
    );
    expect(mustBe(400, await client.put(path, { description: 7 })).json).toEqual(refused('MalformedRequestContentRejection', { details }));
    expect(mustBe(400, await client.put(path, [])).json).toEqual(refused('MalformedRequestContentRejection', { details }));
    expect(mustBe(400, await client.send('PUT', path)).json).toEqual(refused('RequestEntityExpectedRejection'));
    expect(mustBe(400, await client.put('/v1/orgs/bad%20label!', {})).json).toEqual(refused('ValidationRejection'));
    expect(mustBe(400, await client.put('/v1/orgs/events', {})).json).toEqual(refused('ValidationRejection'));
    expect(mustBe(400, await client.put(`/v1/orgs/${'x'.repeat(65)}`, {})).json).toEqual(refused('ValidationRejection'));
    expect(mustBe(400, await client.put(`${path}?rev=abc`, {})).json).toEqual(refused('MalformedQueryParamRejection', { details }));
    expect(mustBe(400, await client.put(`${path}?rev=0`, {})).json).toEqual(refused('MalformedQueryParamRejection', { details }));
    expect(mustBe(400, await client.delete(path)).json).toEqual(refused('InvalidDeleteRequest'));
    expect(mustBe(400, await client.delete(`${path}?prune=true`)).json).toEqual(refused('InvalidDeleteRequest'));
    expect(mustBe(400, await client.send('PUT', `${path}/undeprecate`)).json).toEqual(refused('MissingQueryParam'));
    expect(mustBe(405, await client.post(path, {})).headers.allow).toBe('DELETE, GET, PUT');
    expect(mustBe(404, await client.get(path)).json).toEqual(refused('OrganizationNotFound'));
  });
});
