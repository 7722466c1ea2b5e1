import { mustBe, newProject, textIn, type TestProject } from '../testing/api.js';
import type { Answer, HttpClient, Json, JsonObject } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const CONTEXT = {
  id: '@context',
  description: 'application specific / expansion point for rdf, JSON-LD and Entity Graph Data Model',
};

/** The body of seed 000, as it is there. */
const SEED = [
  CONTEXT,
  {
    resourceType: 'icarAnimalCoreResource',
    location: { id: 'a-location-id', scheme: 'io.mimiro.data.locations' },
    meta: { source: 'io.mimiro.data.cattle', sourceId: 'some-cow-id-1' },
  },
  {
    resourceType: 'icarAnimalCoreResource',
    location: { id: 'a-location-id', scheme: 'io.mimiro.data.locations' },
    meta: { source: 'io.mimiro.data.cattle', sourceId: 'some-cow-id-2', isDeleted: true },
  },
];

describe('A push to a dataset', () => {
  let app: TestApp;
  let client: HttpClient;
  let project: TestProject;
  let path: string;

  beforeAll(async () => {
    app = await startTestApp({ HEADWATER_PUSH_MAX_ITEMS: '100', HEADWATER_PUSH_MAX_BYTES: '100000' });
    client = app.client;
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    project = await newProject(client, { base: 'https://example.org/base/', vocab: 'https://example.org/vocab/' });
    path = `/dataset/${project.dataset}/resources`;
  });

  const outcomes = (answer: Answer): unknown => JSON.parse(mustBe(200, answer).text);
  const push = (items: Json, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => client.post(path, items, headers);

  /** Everything in the dataset once the position of a push has been reached, by id: items of different partitions come in no order. */
  async function changes(after: Answer): Promise<readonly JsonObject[]> {
    const wait = { 'headwater-wait-for': String(after.headers['headwater-position']) };
    const page = JSON.parse(mustBe(200, await client.get(`/datasets/${project.dataset}/changes`, wait)).text) as readonly JsonObject[];
    expect(page[0]).toEqual(CONTEXT);
    expect(page.at(-1)).toMatchObject({ id: '@continuation' });
    return page.slice(1, -1).sort((a, b) => (JSON.stringify(a['id']) < JSON.stringify(b['id']) ? -1 : 1));
  }

  async function problem(status: number, type: string, answer: Promise<Answer>): Promise<JsonObject> {
    const answered = mustBe(status, await answer);
    const { json, headers } = answered;
    expect(headers['content-type']).toBe('application/problem+json');
    expect(json).toMatchObject({ status, title: expect.any(String) as unknown, detail: expect.any(String) as unknown });
    expect(textIn(answered, 'type')).toMatch(new RegExp(`${type}$`));
    return json;
  }

  it("takes the seed's own example, and gives it back as the seed says", async () => {
    const answer = await push(SEED);
    expect(outcomes(answer)).toEqual([
      { successful: true, index: 1 },
      { successful: true, index: 2 },
    ]);
    expect(await changes(answer)).toEqual([
      {
        ...(SEED[1] as JsonObject),
        id: expect.stringContaining('some-cow-id-1') as unknown,
        _rev: 1,
        meta: { source: 'io.mimiro.data.cattle', sourceId: 'some-cow-id-1', modified: expect.any(String) as unknown },
      },
    ]);
  });

  it('may go to either spelling of the path, with the prefix or without', async () => {
    mustBe(200, await client.post(`/datasets/${project.dataset}/resources`, [{ id: 'x' }]));
    mustBe(200, await client.post(`/dataset/${project.dataset}/resources/`, [{ id: 'x' }]));
    mustBe(200, await client.post(`/data/streaming/dataset/${project.dataset}/resources`, [{ id: 'x' }]));
    mustBe(200, await client.post(`/data/streaming/datasets/${project.dataset}/resources`, [{ id: 'x' }]));
  });

  it('writes resources of the project, that /v1 has under the id as pushed', async () => {
    const answer = await push([{ id: 'cow-7', '@type': 'Cow', name: 'Rosa', farm: { '@id': 'https://example.org/farm' } }]);
    const fetched = mustBe(200, await client.get(`${project.resources}/_/cow-7`)).json;
    expect(fetched).toMatchObject({ '@id': 'https://example.org/base/cow-7', '@type': 'Cow', name: 'Rosa', _rev: 1 });
    const wait = { 'headwater-wait-for': String(answer.headers['headwater-position']) };
    const farm = `${project.resources}/_/${encodeURIComponent('https://example.org/farm')}/incoming`;
    expect(mustBe(200, await client.get(farm, wait)).json['_total']).toBe(1);
    expect(await changes(answer)).toMatchObject([{ id: 'cow-7', _rev: 1 }]);
  });

  it('keeps what was sent: big integers, nulls, the order of members', async () => {
    const item = '{"z":12345678901234567890,"n":null,"id":"exact","a":1.10,"meta":{"modified":"2026-01-01T00:00:00Z"}}';
    const answer = await client.send('POST', path, { body: `[${item}]`, headers: { 'content-type': 'application/json' } });
    mustBe(200, answer);
    expect(mustBe(200, await client.get(`${project.resources}/_/exact/source`)).text).toBe(item);
    const wait = { 'headwater-wait-for': String(answer.headers['headwater-position']) };
    const { text } = await client.get(`/datasets/${project.dataset}/changes`, wait);
    expect(text).toContain(`{"_rev":1,${item.slice(1)}`);
  });

  it('makes no revision of what is unchanged', async () => {
    await push([
      { id: 'a', n: 1, meta: { modified: 'then' } },
      { id: 'b', n: 1 },
    ]);
    const again = await push([
      { n: 1, meta: { modified: 'now' }, id: 'a' },
      { id: 'b', n: 2 },
    ]);
    expect(outcomes(again)).toHaveLength(2);
    expect(await changes(again)).toMatchObject([
      { id: 'a', _rev: 1, meta: { modified: 'then' } },
      { id: 'b', _rev: 2, n: 2 },
    ]);
    expect(mustBe(200, await push([{ id: 'b', n: 2 }])).headers['headwater-position']).toEqual(expect.any(String));
  });

  it('deletes, and brings back', async () => {
    await push([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ]);
    const deletion = await push([
      { id: 'a', meta: { isDeleted: true } },
      { id: 'unknown', meta: { isDeleted: 'true' } },
    ]);
    expect(outcomes(deletion)).toHaveLength(2);
    expect(await changes(deletion)).toMatchObject([
      { id: 'a', _rev: 2, n: 1, meta: { isDeleted: true } },
      { id: 'b', _rev: 1 },
    ]);
    expect((await client.get(`${project.resources}/_/a`)).json['_deprecated']).toBe(true);
    const back = await push([{ id: 'a', n: 2 }]);
    const [a] = await changes(back);
    expect(a).toMatchObject({ id: 'a', _rev: 4, n: 2 });
    expect(a?.['meta']).not.toHaveProperty('isDeleted');
  });

  it('takes what the feed of another project gave', async () => {
    const first = await push([{ id: 'a', n: 1 }, SEED[1] as Json]);
    const items = await changes(first);
    const other = await newProject(client, { base: 'https://other.org/' });
    path = `/dataset/${other.dataset}/resources`;
    mustBe(200, await push(items));
    mustBe(200, await client.get(`${other.resources}/_/a`));
    expect(mustBe(200, await push(items)).headers['headwater-position']).toEqual((await push([])).headers['headwater-position']);
  });

  it('stores nothing where items are bad, and names each', async () => {
    const bad: Json = [
      CONTEXT,
      { id: 'good' },
      { name: 'without identity' },
      { meta: { sourceId: 'x' } },
      { id: 'x', '@context': 'https://nowhere.invalid/ctx' },
      { id: 'x', '@type': 'https://bluebrain.github.io/nexus/vocabulary/Schema' },
      { id: 'x', meta: { isDeleted: 'perhaps' } },
      'text',
    ];
    const { items } = await problem(400, 'invalid-items', push(bad));
    expect(items).toEqual([2, 3, 4, 5, 6, 7].map((index) => ({ successful: false, index, error: expect.any(String) as unknown })));
    mustBe(404, await client.get(`${project.resources}/_/good`));
  });

  it('stores the good ones of a lenient client, and says so', async () => {
    const answer = await push([{ id: 'good' }, { name: 'without identity' }], { prefer: 'respond-async, handling=lenient' });
    expect(outcomes(answer)).toEqual([
      { successful: true, index: 0 },
      { successful: false, index: 1, error: expect.any(String) as unknown },
    ]);
    expect(answer.headers['preference-applied']).toBe('handling=lenient');
    mustBe(200, await client.get(`${project.resources}/_/good`));
    await problem(400, 'invalid-items', push([{ name: 'x' }], { prefer: 'handling=strict' }));
  });

  it('may be empty, and its position is always reached', async () => {
    for (const items of [[], [CONTEXT], [{ id: 'x', meta: { isDeleted: true } }]] as readonly Json[]) {
      const answer = await push(items);
      mustBe(200, answer);
      expect(await changes(answer)).toEqual([]);
    }
    expect((await push([])).text).toBe('[]');
  });

  it('is refused by what it is not for', async () => {
    await problem(404, 'dataset-not-found', client.post('/dataset/named/resources', []));
    await problem(404, 'dataset-not-found', client.post(`/datasets/${project.organization}.zzz/resources`, []));
    await problem(404, 'dataset-not-found', client.post('/datasets/no.where/resources', []));
    await problem(404, 'dataset-not-found', client.post(`/datasets/${project.dataset}.more/resources`, []));
    for (const header of ['universal-data-api-full-sync-start', 'universal-data-api-full-sync-id', 'universal-data-api-full-sync-end']) {
      await problem(400, 'full-sync-not-supported', push([], { [header]: 'true' }));
    }
    await problem(400, 'full-sync-not-supported', push([], { 'icar-full-sync': 'true' }));
    await problem(400, 'malformed-request-content', push({ id: 'x' }));
    await problem(400, 'malformed-request-content', push([{ id: 'x' }, { id: '@continuation', token: 't' }]));
    const headers = { 'content-type': 'application/json' };
    await problem(400, 'malformed-request-content', client.send('POST', path, { body: '[{"id":"x"},', headers }));
    await problem(400, 'malformed-request-content', client.send('POST', path, { body: Buffer.from([0x5b, 0xff, 0x5d]), headers }));
    await problem(400, 'request-entity-expected', client.send('POST', path));
    await problem(
      415,
      'unsupported-request-content-type',
      client.send('POST', path, { body: '[]', headers: { 'content-type': 'text/csv' } }),
    );
    await problem(413, 'payload-too-large', push(Array.from({ length: 101 }, (_, index) => ({ id: `i${String(index)}` }))));
    await problem(413, 'payload-too-large', push([{ id: 'x', text: 'y'.repeat(100_000) }]));
    mustBe(404, await client.get(`${project.resources}/_/x`));
    mustBe(200, await client.delete(`/v1/projects/${project.organization}/${project.project}?rev=1`));
    await problem(400, 'project-is-deprecated', push([{ id: 'x' }]));
  });

  it('shows every revision to those who follow events, and the last to those who read changes', async () => {
    const answer = await push([
      { id: 'twice', n: 1 },
      { id: 'twice', n: 2 },
    ]);
    expect(outcomes(answer)).toHaveLength(2);
    expect(await changes(answer)).toMatchObject([{ id: 'twice', n: 2, _rev: 2 }]);
    expect((await client.get(`${project.resources}/_/twice?rev=1`)).json['n']).toBe(1);
    const expanded = mustBe(200, await client.get(`${project.resources}/_/twice?format=expanded`));
    expect(expanded.text).toContain('{"@value":2}');
    expect(mustBe(200, await client.get(`${project.resources}/_/twice/source`)).json).toEqual({ id: 'twice', n: 2 });
  });
});
