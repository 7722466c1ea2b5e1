import { mustBe, newProject, textIn, type TestProject } from '../testing/api.js';
import { composition } from '../testing/composition.js';
import { HttpClient } from '../testing/http-client.js';
import { startTestProcesses, type TestProcesses } from '../testing/test-processes.js';

const nested = (levels: number, open: string, close: string): string => open.repeat(levels) + close.repeat(levels);
const MALFORMED = 'MalformedRequestContentRejection';

/** Bodies that are refused, with the specification's `@type`. */
const REFUSED: readonly (readonly [string, string | Buffer, string])[] = [
  ['truncated JSON', '{"a": 1,', MALFORMED],
  ['no JSON', 'not json', MALFORMED],
  ['two values', '{} {}', MALFORMED],
  ['a blank', ' ', MALFORMED],
  ['null', 'null', MALFORMED],
  ['an array', '[{"@id":"https://example.org/x"}]', MALFORMED],
  ['a string', '"abc"', MALFORMED],
  ['a number', '3', MALFORMED],
  ['10,000 levels of arrays', `{"a":${nested(10_000, '[', ']')}}`, MALFORMED],
  ['10,000 levels of objects', nested(10_000, '{"a":', '}').replace(':}', ':1}'), MALFORMED],
  ['10,000 levels that never end', '['.repeat(10_000), MALFORMED],
  ['a number that overflows', '{"a": 1e400}', MALFORMED],
  ['a negative number that overflows', '{"a": [-1e400]}', MALFORMED],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), MALFORMED],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), MALFORMED],
  ['a raw control character', '{"a":"\n"}', MALFORMED],
  ['a reserved member', '{"_rev": 1}', MALFORMED],
  // It begins with '_', as reserved members of the root do; further in it is data.
  ['__proto__ in the root', '{"__proto__": {"polluted": true}, "a": 1}', MALFORMED],
  ['an empty id', '{"@id": ""}', 'BlankId'],
  ['a blank node as id', '{"@id": "_:b0"}', 'InvalidJsonLdFormat'],
  ['another id than the path', '{"@id": "https://example.org/other"}', 'UnexpectedId'],
  ['a remote context', '{"@context": "https://example.org/context.jsonld", "a": 1}', 'InvalidJsonLdFormat'],
  ['a context of a file', '{"@context": "file:///etc/passwd", "a": 1}', 'InvalidJsonLdFormat'],
  ['a context that is a number', '{"@context": 3, "a": 1}', 'InvalidJsonLdFormat'],
  ['a term that is a number', '{"@context": {"a": {"@id": 5}}, "a": 1}', 'InvalidJsonLdFormat'],
  ['a type that is a number', '{"@type": 5}', 'InvalidJsonLdFormat'],
  ['a reserved type', '{"@type": "https://bluebrain.github.io/nexus/vocabulary/Schema"}', 'ReservedResourceTypes'],
];

/** Bodies that look dangerous and are data. */
const DATA: readonly (readonly [string, string])[] = [
  ['constructor', '{"constructor": {"prototype": {"polluted": true}}, "toString": "x", "hasOwnProperty": 1, "valueOf": null}'],
  [
    '__proto__ as a term',
    '{"@context": {"__proto__": "https://example.org/proto", "@vocab": "https://example.org/"}, "a": {"__proto__": "x"}}',
  ],
  ['nested __proto__', '{"a": {"__proto__": {"polluted": true}, "constructor": 1}}'],
  ['integers beyond a double', '{"a": 12345678901234567890, "b": 1.10, "c": 1e30, "d": -0}'],
  ['an unpaired surrogate', '{"a": "\\ud800", "b": "\\u0000"}'],
  ['duplicate members', '{"a": 1, "a": 2}'],
  ['an empty key', '{"": 1, " ": 2}'],
  ['a huge key', `{"${'k'.repeat(100_000)}": 1}`],
  ['a huge string', JSON.stringify({ a: 'x'.repeat(200_000) })],
  ['many members', JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`m${String(index)}`, index])))],
];

/** Services on servers tell of their way to them too, which is no trouble; what they say is JSON, and of a request names it. */
const isOfTheTests = (line: string): boolean =>
  line !== '' && (composition === 'embedded' || !/^\{"level":"(info|warn)"/.test(line) || line.includes('"requestId"'));

describe('Bad input', () => {
  let service: TestProcesses;
  let client: HttpClient;
  let project: TestProject;
  const json = { 'content-type': 'application/json' };

  beforeAll(async () => {
    service = await startTestProcesses({ HEADWATER_LOG_LEVEL: 'info' });
    client = new HttpClient(service.url);
    project = await newProject(client);
  });
  afterAll(async () => {
    client.close();
    await service.close();
  });

  it.each(REFUSED)('%s is refused, and nothing is stored', async (_, body, type) => {
    const path = `${project.resources}/_/refused`;
    const answer = await client.send('PUT', path, { body, headers: json });
    expect([answer.status, answer.json['@type']]).toEqual([400, type]);
    expect(answer.json).toMatchObject({ '@context': expect.anything(), reason: expect.any(String) });
    expect((await client.get(path)).status).toBe(404);
    const posted = await client.send('POST', project.resources, { body, headers: json });
    // Without an id in the path there is none to differ from.
    expect([posted.status, posted.json['@type']]).toEqual(type === 'UnexpectedId' ? [201, undefined] : [400, type]);
  });

  it.each(DATA)('%s is data', async (_, body) => {
    const created = mustBe(201, await client.send('POST', project.resources, { body, headers: json }));
    const self = textIn(created, '_self').replace(client.url, '');
    expect((await client.get(`${self}/source`)).text).toBe(body);
    expect((await client.get(self)).json).toMatchObject({ '@id': created.json['@id'], _rev: 1 });
    expect((await client.get(`${self}?format=expanded`)).status).toBe(200);
    expect((await client.get(self, { accept: 'application/n-quads' })).status).toBe(200);
  });

  it.each(['', 'x', '0', '-1', '1.5', '1e2', '99999999999999999999', '2147483648'])('rev=%s is refused', async (rev) => {
    const path = `${project.resources}/_/tokens`;
    for (const [method, to] of [
      ['PUT', path],
      ['DELETE', path],
      ['GET', path],
      ['POST', `${path}/tags`],
      ['PUT', `${path}/undeprecate`],
      ['GET', `${path}/source`],
    ] as const) {
      const { status, json: body } = await client.send(method, `${to}?rev=${rev}`, method === 'GET' ? {} : { json: { tag: 't', rev: 1 } });
      expect([method, to, status, body['@type']]).toEqual([method, to, 400, 'MalformedQueryParamRejection']);
    }
  });

  it.each(['x', 'AAAA', '%FF%FE', '1'.repeat(5000), 'e30'])('a token %.20s that is not ours is refused', async (token) => {
    const problem = await client.get(`/datasets/${project.dataset}/changes?since=${token}`);
    expect([problem.status, problem.json['type']]).toEqual([400, expect.stringMatching(/invalid-token$/)]);
    const after = await client.get(`${project.resources}?after=${token}`);
    expect([after.status, after.json['@type']]).toEqual([400, 'MalformedQueryParamRejection']);
    if (token.includes('%')) return;
    const lastId = await client.get(`${project.resources}/events`, { accept: 'text/event-stream', 'last-event-id': token });
    expect([lastId.status, lastId.json['@type']]).toEqual([400, 'MalformedHeaderRejection']);
    const waitFor = await client.get(project.resources, { 'headwater-wait-for': token });
    expect([waitFor.status, waitFor.json['@type']]).toEqual([400, 'MalformedHeaderRejection']);
  });

  it('a token of another feed is refused', async () => {
    const other = await newProject(client);
    const { text } = await client.get(`/datasets/${other.dataset}/changes?since=now`);
    const token = /"token":"([^"]+)"/.exec(text)?.[1] ?? 'none';
    expect((await client.get(`/datasets/${other.dataset}/changes?since=${token}`)).status).toBe(200);
    expect((await client.get(`/datasets/${project.dataset}/changes?since=${token}`)).status).toBe(400);
  });

  it('a push names its bad items by index, and stores none', async () => {
    const body = `[{"id":"good","name":"a"},{"name":"no identity"},{"id":"typed","@type":"https://bluebrain.github.io/nexus/vocabulary/Schema"}]`;
    const { status, json: problem } = await client.send('POST', `/dataset/${project.dataset}/resources`, { body, headers: json });
    expect([status, problem['type']]).toEqual([400, expect.stringMatching(/invalid-items$/)]);
    expect((await client.get(`${project.resources}/_/good`)).status).toBe(404);
    for (const bad of ['{', '{"id":"x"}', 'null', '[1]', '[{"id":"x","n":1e400}]', `[${nested(10_000, '[', ']')}]`]) {
      const answer = await client.send('POST', `/dataset/${project.dataset}/resources`, { body: bad, headers: json });
      expect([bad.slice(0, 20), answer.status, answer.headers['content-type']]).toEqual([
        bad.slice(0, 20),
        400,
        'application/problem+json',
      ]);
    }
  });

  it('nothing of this was a fault, or was worth a line in the log', async () => {
    for (const { name, url } of service.services) {
      const text = await (await fetch(`${url}/metrics`)).text();
      expect([name, text]).toEqual([name, expect.not.stringMatching(/status="5xx"\} [1-9]|code="UnexpectedError"/)]);
    }
    expect(service.stderr.split('\n').filter(isOfTheTests)).toEqual([]);
    expect((await client.get('/health/ready')).status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
