import { mustBe, newProject, tally, type TestProject } from '../testing/api.js';
import type { HttpClient } from '../testing/http-client.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

const parallel = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<readonly Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('Concurrent writes', () => {
  let app: TestApp;
  let client: HttpClient;
  let project: TestProject;

  beforeAll(async () => {
    app = await startTestApp();
    client = app.client;
    project = await newProject(client);
  });
  afterAll(() => app.close());

  it('create one id once', async () => {
    const answers = await parallel(64, (index) => client.put(`${project.resources}/_/one`, { writer: index }));
    expect(tally(answers)).toEqual({ '201': 1, '409 ResourceAlreadyExists': 63 });
    const { json } = await client.get(`${project.resources}/_/one`);
    expect([json['_rev'], json['writer']]).toEqual([1, answers.findIndex(({ status }) => status === 201)]);
  });

  it('update one revision once, and tell the others which it is now', async () => {
    mustBe(201, await client.put(`${project.resources}/_/contended`, {}));
    const answers = await parallel(64, (index) => client.put(`${project.resources}/_/contended?rev=1`, { writer: index }));
    expect(tally(answers)).toEqual({ '200': 1, '409 IncorrectRev': 63 });
    for (const { status, json } of answers) if (status === 409) expect(json).toMatchObject({ provided: 1, expected: 2 });
    expect((await client.get(`${project.resources}/_/contended`)).json['_rev']).toBe(2);
  });

  it('create one organisation and one project once', async () => {
    const organizations = await parallel(16, () => client.put('/v1/orgs/contended', {}));
    expect(tally(organizations)).toEqual({ '201': 1, '409 OrganizationAlreadyExists': 15 });
    const projects = await parallel(16, () => client.put('/v1/projects/contended/contended', {}));
    expect(tally(projects)).toEqual({ '201': 1, '409 ProjectAlreadyExists': 15 });
  });

  it('answer with indexing=sync only once lists, links and feeds show them', async () => {
    const synced = await newProject(client);
    const answers = await parallel(100, (index) =>
      client.put(`${synced.resources}/_/sync${String(index)}?indexing=sync`, {
        '@type': 'Thing',
        link: { '@id': 'https://example.org/hub' },
      }),
    );
    expect(tally(answers)).toEqual({ '201': 100 });
    // The default resolver of the project is listed too.
    expect((await client.get(`${synced.resources}?size=0`)).json['_total']).toBe(101);
    const hub = `${synced.resources}/_/${encodeURIComponent('https://example.org/hub')}`;
    expect((await client.get(`${hub}/incoming`)).json['_total']).toBe(100);
    const changes = JSON.parse((await client.get(`/datasets/${synced.dataset}/changes?limit=1000`)).text) as readonly unknown[];
    expect(changes).toHaveLength(102);
  });

  it('make one resource of a request that is sent many times with its key', async () => {
    const headers = { 'idempotency-key': 'a-key-of-this-test' };
    const answers = await parallel(20, () => client.post(project.resources, { name: 'once' }, headers));
    expect(tally(answers)).toEqual({ '201': 20 });
    expect(new Set(answers.map(({ json }) => json['@id'])).size).toBe(1);
    const reused = await client.post(project.resources, { name: 'other' }, headers);
    expect([reused.status, reused.json['@type']]).toEqual([422, 'IdempotencyKeyReused']);
  });

  it('keep every revision of a resource that many update in turns', async () => {
    mustBe(201, await client.put(`${project.resources}/_/turns`, { turn: 0 }));
    let rev = 1;
    for (let turn = 1; turn <= 20; turn += 1) {
      const at = String(rev);
      const answers = await parallel(4, (writer) => client.put(`${project.resources}/_/turns?rev=${at}`, { turn, writer }));
      expect(tally(answers)).toEqual({ '200': 1, '409 IncorrectRev': 3 });
      rev += 1;
    }
    for (let turn = 0; turn <= 20; turn += 1) {
      expect((await client.get(`${project.resources}/_/turns?rev=${String(turn + 1)}`)).json['turn']).toBe(turn);
    }
  });
});
