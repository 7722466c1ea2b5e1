import { mustBe, newProject, tally, textIn, type TestProject } from '../testing/api.js';
import type { Answer, Json } from '../testing/http-client.js';
import type { TestStorage } from '../testing/settings.js';
import { newStorage, startTestApp, type TestApp } from '../testing/test-app.js';

describe('An Idempotency-Key', () => {
  let storage: TestStorage;
  let app: TestApp;
  let project: TestProject;

  const start = (): Promise<TestApp> => startTestApp({ HEADWATER_PUBLIC_URL: 'http://localhost:8080' }, storage);

  beforeAll(async () => {
    storage = await newStorage();
    app = await start();
    project = await newProject(app.client);
  });
  afterAll(async () => {
    await app.close();
    await storage.remove();
  });

  const post = (key: string, body: Json, path = project.resources): Promise<Answer> =>
    app.client.post(path, body, { 'idempotency-key': key });
  const total = async (): Promise<number> => {
    const { headers } = mustBe(201, await app.client.put(`${project.resources}/_/marker${String(Math.random()).slice(2)}`, {}));
    const wait = { 'headwater-wait-for': String(headers['headwater-position']) };
    return Number(mustBe(200, await app.client.get(`${project.resources}?size=0`, wait)).json['_total']);
  };

  it('makes one resource of 64 requests at one time', async () => {
    const before = await total();
    const answers = await Promise.all(Array.from({ length: 64 }, () => post('parallel', { name: 'once' })));
    expect(tally(answers)).toEqual({ '201': 64 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await total()) - before).toBe(2);
  });

  it('gets the first answer again, also after updates, a deprecation and a restart', async () => {
    const first = mustBe(201, await post('restart', { a: 1, b: 2 }));
    const path = `${project.resources}/_/${encodeURIComponent(textIn(first, '@id'))}`;
    mustBe(200, await app.client.put(`${path}?rev=1`, { a: 3 }));
    mustBe(200, await app.client.delete(`${path}?rev=2`));
    await app.close();
    app = await start();
    const again = mustBe(201, await post('restart', { b: 2, a: 1 }));
    expect(again.text).toBe(first.text);
    expect(again.headers['headwater-position']).toBe(first.headers['headwater-position']);
    expect((await app.client.get(path)).json['_rev']).toBe(3);
  });

  it('is refused with another body, and free in another project', async () => {
    const first = mustBe(201, await post('reused', { a: 1 }));
    const other = mustBe(422, await post('reused', { a: 2 }));
    expect(other.json).toMatchObject({ '@type': 'IdempotencyKeyReused', reason: expect.any(String) as unknown });
    expect(mustBe(422, await post('reused', { a: 1 }, `${project.resources}?tag=v1`)).json['@type']).toBe('IdempotencyKeyReused');
    const elsewhere = await newProject(app.client);
    expect(mustBe(201, await post('reused', { a: 2 }, elsewhere.resources)).json['@id']).not.toBe(first.json['@id']);
  });

  it.each(['two words', 'x'.repeat(256), 'schl\u00fcssel'])('is refused as %j', async (key) => {
    const answer = mustBe(400, await post(key, { a: 1 }));
    expect(answer.json).toMatchObject({ '@type': 'MalformedHeaderRejection', details: expect.any(String) as unknown });
  });

  it('is ignored where the request names an id', async () => {
    const id = 'https://example.org/named';
    mustBe(201, await post('named', { '@id': id }));
    expect(mustBe(409, await post('named', { '@id': id })).json['@type']).toBe('ResourceAlreadyExists');
    const aliased = { '@context': { id: '@id' }, id: 'https://example.org/aliased' };
    expect(mustBe(201, await post('named', aliased)).json['@id']).toBe('https://example.org/aliased');
    expect(mustBe(409, await post('named', aliased)).json['@type']).toBe('ResourceAlreadyExists');
    const put = await app.client.put(`${project.resources}/_/put-with-key`, {}, { 'idempotency-key': 'two words' });
    mustBe(201, put);
  });
});
