import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { mustBe, newProject, textIn, until, type TestProject } from '../testing/api.js';
import { composition } from '../testing/composition.js';
import type { HttpClient } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

/** An id that has everything which a path must not lose. */
const ID = 'https://example.org/a+b/c%20d?x=1&y=é#f';
const SEGMENT = encodeURIComponent(ID);

describe('HTTP', () => {
  let app: TestApp;
  let client: HttpClient;
  let project: TestProject;

  beforeAll(async () => {
    app = await startTestApp();
    client = app.client;
    project = await newProject(client);
    mustBe(201, await client.put(`${project.resources}/_/${SEGMENT}`, { name: 'Ada' }));
  });
  afterAll(() => app.close());

  it('keeps an id through every spelling of its path', async () => {
    for (const segment of [SEGMENT, SEGMENT.replace('%3A', ':'), SEGMENT.replaceAll('%2B', '+'), SEGMENT.toLowerCase()]) {
      const { status, json } = await client.get(`${project.resources}/_/${segment}`);
      expect([segment, status, json['@id']]).toEqual([segment, 200, ID]);
    }
    const fetched = await client.get(`${project.resources}/_/${SEGMENT}`);
    const self = textIn(fetched, '_self').replace(app.url, '');
    expect((await client.get(self)).json['@id']).toBe(ID);
  });

  it('refuses a percent-encoding that is no UTF-8, in the path and in a body', async () => {
    for (const segment of ['%FF', '%C3%28', '%', '%zz']) {
      const { status, json } = await client.get(`${project.resources}/_/${segment}`);
      expect([segment, status, json['@type']]).toEqual([segment, 400, 'ValidationRejection']);
    }
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const { status, json } = await client.send('PUT', `${project.resources}/_/utf8`, {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([status, json['@type']]).toEqual([400, 'MalformedRequestContentRejection']);
    expect((await client.get(`${project.resources}/_/utf8`)).status).toBe(404);
  });

  it('takes a trailing slash on every path', async () => {
    const paths = [
      '/v1/orgs',
      '/v1/projects',
      project.resources,
      `${project.resources}/_/${SEGMENT}`,
      `${project.resources}/_/${SEGMENT}/source`,
    ];
    for (const path of [...paths, `/datasets/${project.dataset}/changes`, '/health/live']) {
      expect([path, (await client.get(`${path}/`)).status]).toEqual([path, 200]);
    }
    expect((await client.post(`${project.resources}/`, { name: 'slash' })).status).toBe(201);
  });

  it('tells an unknown path from one that has other methods', async () => {
    for (const path of ['/', '/v1', '/v1/', '/v1/nope', '/v1/orgs/a/b/c', `${project.resources}/_/${SEGMENT}/nope`, '//v1/orgs']) {
      const { status, json } = await client.get(path);
      expect([path, status, json['@type']]).toEqual([path, 404, 'ResourceNotFound']);
    }
    const cases: readonly (readonly [string, string, string])[] = [
      ['POST', '/v1/orgs/a', 'DELETE, GET, PUT'],
      ['DELETE', '/v1/orgs', 'GET'],
      ['PATCH', `${project.resources}/_/${SEGMENT}`, 'DELETE, GET, PUT'],
      ['OPTIONS', `${project.resources}/_/${SEGMENT}`, 'DELETE, GET, PUT'],
      ['TRACE', `${project.resources}/_/${SEGMENT}`, 'DELETE, GET, PUT'],
      ['PUT', project.resources, 'GET, POST'],
      ['DELETE', `${project.resources}/_/${SEGMENT}/source`, 'GET'],
      ['GET', `${project.resources}/_/${SEGMENT}/undeprecate`, 'PUT'],
    ];
    for (const [method, path, allow] of cases) {
      const { status, json, headers } = await client.send(method, path);
      expect([method, path, status, json['@type'], headers.allow]).toEqual([method, path, 405, 'HttpMethodNotAllowed', allow]);
    }
    const problem = await client.send('DELETE', `/datasets/${project.dataset}/changes`);
    expect(problem).toMatchObject({ status: 405, headers: { allow: 'GET', 'content-type': 'application/problem+json' } });
  });

  it('answers HEAD as GET without a body, streams included', async () => {
    for (const path of ['/v1/orgs', project.resources, `${project.resources}/_/${SEGMENT}`, '/health/ready', '/metrics']) {
      const [head, get] = [await client.send('HEAD', path), await client.get(path)];
      expect([path, head.status, head.bytes.length, head.headers['content-type']]).toEqual([path, 200, 0, get.headers['content-type']]);
    }
    const head = await client.send('HEAD', `${project.resources}/events`, { headers: { accept: 'text/event-stream' } });
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect((await client.send('HEAD', `${project.resources}/_/nope`)).status).toBe(404);
  });

  it('lets pages of any origin read and write', async () => {
    const get = await client.get(`${project.resources}/_/${SEGMENT}`, { origin: 'https://page.example' });
    expect(get.headers['access-control-allow-origin']).toBe('https://page.example');
    expect(String(get.headers.vary)).toContain('Origin');
    const preflight = await client.send('OPTIONS', `${project.resources}/_/${SEGMENT}?rev=1`, {
      headers: {
        origin: 'https://page.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type,headwater-wait-for',
      },
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers['access-control-allow-headers']).toBe('content-type,headwater-wait-for');
    // A page reads why it was refused, too.
    expect((await client.get('/v1/nope', { origin: 'https://page.example' })).headers['access-control-allow-origin']).toBe(
      'https://page.example',
    );
  });

  it('compresses long answers, and knows the compressed one again', async () => {
    mustBe(201, await client.put(`${project.resources}/_/long`, { text: 'x'.repeat(5000) }));
    const plain = await client.get(`${project.resources}/_/long`);
    const zipped = await client.get(`${project.resources}/_/long`, { 'accept-encoding': 'gzip' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.bytes).toString()).toBe(plain.text);
    const etag = String(zipped.headers.etag);
    for (const known of [etag, String(plain.headers.etag)]) {
      expect((await client.get(`${project.resources}/_/long`, { 'accept-encoding': 'gzip', 'if-none-match': known })).status).toBe(304);
    }
  });

  it('refuses what is no JSON by its name, or too large', async () => {
    const path = `${project.resources}/_/refused`;
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=b']) {
      const { status, json } = await client.send('PUT', path, { body: '{}', headers: { 'content-type': type } });
      expect([type, status, json['@type']]).toEqual([type, 415, 'UnsupportedRequestContentTypeRejection']);
    }
    const large = await client.put(path, { text: 'x'.repeat(300 * 1024) });
    expect([large.status, large.json['@type']]).toEqual([413, 'PayloadTooLarge']);
    expect(large.json['reason']).toMatch(/^Incoming payload size \(3072\d\d\) exceeded size limit \(262144 bytes\)\.$/);
    expect((await client.get(path)).status).toBe(404);
  });

  it('takes pushes that are larger than other bodies', async () => {
    const items = Array.from({ length: 400 }, (_, index) => ({ id: `item-${String(index)}`, text: 'x'.repeat(1000) }));
    const { status, text } = await client.post(`/dataset/${project.dataset}/resources`, items);
    expect([status, text.slice(0, 100)]).toEqual([200, expect.stringContaining('"successful":true')]);
  });

  it('is live and ready, and shows what it counts', async () => {
    expect((await client.get('/health/live')).json).toEqual({ status: 'up' });
    await until(async () => (await client.get('/health/ready')).status === 200);
    const up = { status: 'up' };
    const checks = { embedded: { store: up, projections: up }, distributed: { mongodb: up, 'command-service': up } }[composition];
    expect((await client.get('/health/ready')).json).toEqual({ status: 'up', checks });
    const { headers } = await client.get('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    // Whichever service it is that counts it.
    const text = [...(await metrics()).values()].join('');
    for (const name of [
      'headwater_http_request_duration_seconds_bucket{le="0.0005",route="/v1/resources/:org/:project/:schema/:id",method="PUT",status="2xx"}',
      'headwater_append_group_commits_count',
      'headwater_append_group_duration_seconds_count',
      'headwater_append_queue_commits 0',
      'headwater_projection_lag_entries{projection="resources"}',
      'headwater_parked_streams{projection="feed"} 0',
      'headwater_sse_clients 0',
      'headwater_refusals_total{code="PayloadTooLarge"} 1',
      'nodejs_eventloop_lag_seconds',
      'process_resident_memory_bytes',
    ]) {
      expect(text).toContain(name);
    }
  });

  it('counts nothing that is not documented, and documents nothing that is not counted', async () => {
    for (const [service, text] of await metrics()) {
      const counted = [...text.matchAll(/^# TYPE (headwater_\w+) /gm)].map(([, name = '']) => name);
      expect([service, counted.sort()]).toEqual([service, documentedOf(service).sort()]);
    }
  });

  const metrics = async (): Promise<ReadonlyMap<string, string>> => {
    const texts = await Promise.all(
      app.services.map(async ({ name, url }) => [name, await (await fetch(`${url}/metrics`)).text()] as const),
    );
    return new Map(texts);
  };
});

const OPERATIONS = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');

/** The metrics that docs/operations.md lists of a service. */
function documentedOf(service: string): string[] {
  const section = service === 'headwater' ? '\n## Metrics' : '\n### Metrics of each service';
  const [rows = ''] = OPERATIONS.slice(OPERATIONS.indexOf(section) + 1).split(/\n#+ /, 1);
  return [...rows.matchAll(/^\| `(headwater_\w+)` *\| ([^|]*)/gm)]
    .filter(([, , services = '']) => service === 'headwater' || services.includes(service))
    .map(([, name = '']) => name);
}
