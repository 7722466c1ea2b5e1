import { mustBe, newProject, type TestProject } from '../testing/api.js';
import type { Json, JsonObject } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const CTX = 'https://bluebrain.github.io/nexus/contexts/';
const VOCAB = 'https://example.org/vocab/';
const BASE = 'https://example.org/base/';
const enc = encodeURIComponent;

describe('Links', () => {
  let app: TestApp;
  let project: TestProject;
  const put = (id: string, body: JsonObject, query = '') =>
    app.client.put(`${project.resources}/_/${enc(BASE + id)}?indexing=sync${query}`, { '@context': { '@vocab': VOCAB }, ...body });
  const links = async (id: string, direction: string, query = ''): Promise<JsonObject> =>
    mustBe(200, await app.client.get(`${project.resources}/_/${enc(id)}/${direction}${query}`)).json;
  const results = (page: JsonObject): readonly JsonObject[] => page['_results'] as readonly JsonObject[];

  beforeAll(async () => {
    app = await startTestApp();
    project = await newProject(app.client, { base: BASE, vocab: VOCAB });
    await put('radar', { '@type': 'Person' });
    await put('hawkeye', {
      '@type': 'Person',
      friend: { '@id': `${BASE}radar` },
      film: { '@id': 'https://films.example/mash', '@type': 'Movie', country: { '@id': 'https://places.example/us' } },
      self: { '@id': `${BASE}hawkeye` },
    });
  });
  afterAll(() => app.close());

  it('lead out of a resource, to what is in the project and to what is not', async () => {
    const page = await links(`${BASE}hawkeye`, 'outgoing');
    expect(page).toMatchObject({ '@context': [`${CTX}metadata.json`, `${CTX}search.json`], _total: 3 });
    expect(page).not.toHaveProperty('_next');
    const byId = new Map(results(page).map((link) => [link['@id'], link]));
    expect(byId.get(`${BASE}radar`)).toMatchObject({
      '@type': `${VOCAB}Person`,
      paths: [`${VOCAB}friend`],
      _rev: 1,
      _deprecated: false,
      _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/unconstrained.json',
      _self: `${app.url}${project.resources}/_/${BASE.replaceAll('/', '%2F')}radar`,
      _project: `${app.url}/v1/projects/${project.organization}/${project.project}`,
    });
    expect(byId.get('https://films.example/mash')).toEqual({
      '@id': 'https://films.example/mash',
      '@type': `${VOCAB}Movie`,
      paths: [`${VOCAB}film`],
    });
    expect(byId.get('https://places.example/us')).toEqual({
      '@id': 'https://places.example/us',
      paths: [`${VOCAB}film`, `${VOCAB}country`],
    });
    const inside = await links(`${BASE}hawkeye`, 'outgoing', '?includeExternalLinks=false');
    expect([inside['_total'], results(inside).map((link) => link['@id'])]).toEqual([1, [`${BASE}radar`]]);
  });

  it('lead to a resource, and to what is none', async () => {
    const page = await links(`${BASE}radar`, 'incoming');
    expect([page['_total'], results(page)]).toEqual([
      1,
      [expect.objectContaining({ '@id': `${BASE}hawkeye`, paths: [`${VOCAB}friend`], _rev: 1 })],
    ]);
    expect(await links('https://places.example/us', 'incoming')).toMatchObject({
      _total: 1,
      _results: [{ '@id': `${BASE}hawkeye`, paths: [`${VOCAB}film`, `${VOCAB}country`] }],
    });
  });

  it("are the seed's, for the seed's reconstruction, mouse and Jane", async () => {
    const seed = await newProject(app.client);
    const nxv = (name: string): string => `https://bluebrain.github.io/nexus/vocabulary/${name}`;
    const vocab = (name: string): string => `${app.url}/v1/vocabs/${seed.organization}/${seed.project}/${name}`;
    const create = (name: string, body: JsonObject) => app.client.put(`${seed.resources}/_/nxv:${name}?indexing=sync`, body);
    await create('mouse1', { '@type': ['Entity', 'Subject'] });
    await create('jane', { '@type': ['Agent', 'Person'] });
    await create('reconstruction1', {
      '@type': ['Entity', 'Dataset', 'ReconstructedPatchedCell'],
      subject: { '@id': nxv('mouse1') },
      contribution: { agent: { '@id': nxv('jane') } },
      annotation: { hasBody: { '@id': 'http://uri.interlex.org/base/ilx_0383233', '@type': 'MType' } },
      brainLocation: { brainRegion: { '@id': 'http://purl.obolibrary.org/obo/UBERON_0008933' } },
    });
    const answer = await app.client.get(`${seed.resources}/_/nxv:reconstruction1/outgoing?includeExternalLinks=true`);
    const common = {
      _constrainedBy: 'https://bluebrain.github.io/nexus/schemas/unconstrained.json',
      _project: `${app.url}/v1/projects/${seed.organization}/${seed.project}`,
      _rev: 1,
      _deprecated: false,
    };
    expect(answer.json).toMatchObject({ '@context': [`${CTX}metadata.json`, `${CTX}search.json`], _total: 4 });
    const expected = [
      { '@id': nxv('mouse1'), '@type': ['Entity', 'Subject'].map(vocab), paths: ['subject'].map(vocab), ...common },
      { '@id': nxv('jane'), '@type': ['Agent', 'Person'].map(vocab), paths: ['contribution', 'agent'].map(vocab), ...common },
      { '@id': 'http://uri.interlex.org/base/ilx_0383233', '@type': vocab('MType'), paths: ['annotation', 'hasBody'].map(vocab) },
      { '@id': 'http://purl.obolibrary.org/obo/UBERON_0008933', paths: ['brainLocation', 'brainRegion'].map(vocab) },
    ];
    expect(results(answer.json)).toEqual(expect.arrayContaining(expected.map((link) => expect.objectContaining(link) as unknown)));
    const incoming = await app.client.get(`${seed.resources}/_/nxv:mouse1/incoming`);
    expect(results(incoming.json)).toMatchObject([
      {
        '@id': nxv('reconstruction1'),
        '@type': ['Entity', 'Dataset', 'ReconstructedPatchedCell'].map(vocab),
        paths: ['subject'].map(vocab),
        ...common,
      },
    ]);
  });

  it('are none where there is nothing', async () => {
    for (const direction of ['incoming', 'outgoing']) {
      expect(await links('https://example.org/unknown', direction)).toEqual({
        '@context': [`${CTX}metadata.json`, `${CTX}search.json`],
        _total: 0,
        _results: [],
      });
    }
  });

  it('follow what the newest revision says, deprecated or not', async () => {
    await put('moving', { to: { '@id': `${BASE}t1` } });
    await put('moving', { to: { '@id': `${BASE}t2` } }, '&rev=1');
    expect(await links(`${BASE}t1`, 'incoming')).toMatchObject({ _total: 0 });
    await app.client.delete(`${project.resources}/_/moving?rev=2&indexing=sync`);
    expect(await links(`${BASE}t2`, 'incoming')).toMatchObject({ _total: 1, _results: [{ _deprecated: true, _rev: 3 }] });
  });

  it('come in pages', async () => {
    const targets = Array.from({ length: 7 }, (_, n) => ({ '@id': `https://far.example/${String(n)}` }));
    await put('many', { to: targets });
    for (const [query, sizes] of [
      ['?size=3', [3, 3, 1]],
      ['?size=7', [7]],
      ['?from=5', [2]],
    ] as const) {
      const seen: Json[] = [];
      const pages: number[] = [];
      let next: string | undefined = `${project.resources}/_/many/outgoing${query}`;
      while (next !== undefined) {
        const page: JsonObject = mustBe(200, await app.client.get(next)).json;
        expect(page['_total']).toBe(7);
        seen.push(...results(page).map((link) => link['@id'] ?? null));
        pages.push(results(page).length);
        const address = page['_next'] as string | undefined;
        expect(address === undefined || address.startsWith(`${app.url}${project.resources}/_/many/outgoing?`)).toBe(true);
        next = address?.slice(app.url.length);
      }
      expect([query, pages, new Set(seen).size]).toEqual([query, sizes, seen.length]);
    }
  });

  it('wait for a position, and are refused where they cannot be given', async () => {
    const written = await app.client.put(`${project.resources}/_/late`, {
      '@context': { '@vocab': VOCAB },
      to: { '@id': `${BASE}late-target` },
    });
    const position = String(written.headers['headwater-position']);
    const answer = await app.client.get(`${project.resources}/_/late-target/incoming`, { 'headwater-wait-for': position });
    expect(answer.json['_total']).toBe(1);
    for (const [path, status, type] of [
      [`${project.resources}/_/x/incoming?size=1001`, 400, 'MalformedQueryParamRejection'],
      [`${project.resources}/_/x/outgoing?includeExternalLinks=maybe`, 400, 'MalformedQueryParamRejection'],
      [`${project.resources}/_/a%20b/incoming`, 400, 'InvalidResourceId'],
      [`/v1/resources/${project.organization}/nothing/_/x/incoming`, 404, 'ProjectNotFound'],
    ] as const) {
      const refused = await app.client.get(path);
      expect([path, refused.status, refused.json['@type']]).toEqual([path, status, type]);
    }
  });
});
