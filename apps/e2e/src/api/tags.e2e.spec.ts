import { mustBe, newProject, textIn } from '../testing/api.js';
import type { Answer, HttpClient, Json } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

describe('Tags', () => {
  let app: TestApp;
  let client: HttpClient;
  let resources: string;
  let path: string;
  let count = 0;

  beforeAll(async () => {
    app = await startTestApp({ HEADWATER_MAX_TAGS: '3' });
    client = app.client;
    ({ resources } = await newProject(client));
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    path = `${resources}/_/tagged${String((count += 1))}`;
    mustBe(201, await client.put(path, { v: 1 }));
    mustBe(200, await client.put(`${path}?rev=1`, { v: 2 }));
  });

  const tag = (rev: number, body: Json): Promise<Answer> => client.post(`${path}/tags?rev=${String(rev)}`, body);
  const tags = async (): Promise<unknown> => mustBe(200, await client.get(`${path}/tags`)).json['tags'];
  const typeOf = (status: number, answer: Answer): unknown => mustBe(status, answer).json['@type'];

  it('name a revision, move, and go', async () => {
    expect(mustBe(201, await tag(2, { tag: 'v1', rev: 1 })).json).toMatchObject({ _rev: 3 });
    // The tag it already has makes no revision (ruling 14).
    expect(mustBe(201, await tag(3, { tag: 'v1', rev: 1 })).json).toMatchObject({ _rev: 3 });
    expect((await client.get(`${path}?tag=v1`)).json['v']).toBe(1);
    expect(mustBe(201, await tag(3, { tag: 'v1', rev: 2 })).json).toMatchObject({ _rev: 4 });
    expect(await tags()).toEqual([{ rev: 2, tag: 'v1' }]);
    expect(typeOf(404, await client.delete(`${path}/tags/other?rev=4`))).toBe('TagNotFound');
    expect(mustBe(200, await client.delete(`${path}/tags/v1?rev=4`)).json).toMatchObject({ _rev: 5 });
    expect(await tags()).toEqual([]);
    expect(typeOf(404, await client.get(`${path}?tag=v1`))).toBe('TagNotFound');
  });

  it('come with a create or an update that carries one', async () => {
    const created = `${resources}/_/created-with-tag`;
    mustBe(201, await client.put(`${created}?tag=v0`, { v: 1 }));
    mustBe(200, await client.put(`${created}?rev=1&tag=v1`, { v: 2 }));
    expect((await client.get(`${created}/tags`)).json['tags']).toEqual([
      { rev: 1, tag: 'v0' },
      { rev: 2, tag: 'v1' },
    ]);
    const posted = mustBe(201, await client.post(`${resources}?tag=v0`, {}));
    expect((await client.get(`${resources}/_/${encodeURIComponent(textIn(posted, '@id'))}?tag=v0`)).status).toBe(200);
    expect(typeOf(400, await client.put(`${created}?rev=2&tag=latest`, {}))).toBe('MalformedQueryParamRejection');
    expect(typeOf(400, await client.post(`${resources}?tag=bad%20label`, {}))).toBe('MalformedQueryParamRejection');
  });

  it('are as many as configured', async () => {
    for (const [index, name] of ['a', 'b', 'c'].entries()) mustBe(201, await tag(2 + index, { tag: name, rev: 1 }));
    expect(typeOf(400, await tag(5, { tag: 'd', rev: 1 }))).toBe('TooManyTags');
    expect(typeOf(400, await client.put(`${path}?rev=5&tag=d`, {}))).toBe('TooManyTags');
    mustBe(201, await tag(5, { tag: 'a', rev: 2 }));
  });

  it.each<[Json, RegExp]>([
    [{ tag: 'bad label!', rev: 1 }, /not a valid tag/],
    [{ tag: 'latest', rev: 1 }, /latest/],
    [{ tag: '', rev: 1 }, /not a valid tag/],
    [{ tag: 'x'.repeat(65), rev: 1 }, /not a valid tag/],
    [{ tag: 'v2' }, /'rev'/],
    [{ rev: 1 }, /'tag'/],
    [{ tag: 7, rev: 1 }, /'tag' must be a string/],
    [{ tag: 'v2', rev: '1' }, /'rev' must be a whole number/],
    [{ tag: 'v2', rev: 1, foo: 2 }, /'foo'/],
    [[], /JSON object/],
  ])('refuse the body %j', async (body, details) => {
    const answer = mustBe(400, await tag(2, body));
    expect(answer.json).toMatchObject({ '@type': 'MalformedRequestContentRejection', details: expect.stringMatching(details) as unknown });
    expect(await tags()).toEqual([]);
  });

  it('refuse what the specification names', async () => {
    expect(typeOf(409, await tag(1, { tag: 'v2', rev: 1 }))).toBe('IncorrectRev');
    expect(typeOf(404, await tag(2, { tag: 'v2', rev: 99 }))).toBe('RevisionNotFound');
    expect(typeOf(404, await tag(2, { tag: 'v2', rev: -1 }))).toBe('RevisionNotFound');
    expect(typeOf(400, await client.post(`${path}/tags`, { tag: 'v2', rev: 1 }))).toBe('MissingQueryParam');
    expect(typeOf(400, await client.delete(`${path}/tags/v2`))).toBe('MissingQueryParam');
    expect(typeOf(404, await client.post(`${resources}/_/nope/tags?rev=1`, { tag: 'v2', rev: 1 }))).toBe('ResourceNotFound');
    expect(typeOf(400, await client.send('POST', `${path}/tags?rev=2`))).toBe('RequestEntityExpectedRejection');
    const schema = encodeURIComponent('https://example.org/schema');
    expect(typeOf(400, await client.post(`${path.replace('/_/', `/${schema}/`)}/tags?rev=2`, { tag: 'v2', rev: 1 }))).toBe(
      'UnexpectedResourceSchema',
    );
  });
});
