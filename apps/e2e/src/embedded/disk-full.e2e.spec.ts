import { mustBe, newProject, tally } from '../testing/api.js';
import type { Answer } from '../testing/http-client.js';
import type { TestStorage } from '../testing/settings.js';
import { newStorage, startTestApp, type TestApp } from '../testing/test-app.js';

const LIMIT = 3 * 1024 * 1024;

describe('A store that is full', () => {
  let storage: TestStorage;
  let app: TestApp | undefined;

  beforeAll(async () => {
    storage = await newStorage();
  });
  afterAll(async () => {
    await app?.close();
    await storage.remove();
  });

  it('answers writes 503, loses nothing, goes on reading, and recovers', async () => {
    app = await startTestApp({ HEADWATER_MAX_DATA_BYTES: String(LIMIT) }, storage);
    let client = app.client;
    const project = await newProject(client);
    const answers: Answer[] = [];
    while (answers.at(-1)?.status !== 503 && answers.length < 2000) {
      answers.push(await client.put(`${project.resources}/_/r${String(answers.length)}`, { text: 'x'.repeat(10_000) }));
    }
    const stored = answers.length - 1;
    expect(tally(answers)).toEqual({ '201': stored, '503 ServiceUnavailable': 1 });
    expect(stored).toBeGreaterThan(10);
    const refused = answers[stored];
    expect(refused?.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused?.json['reason']).toContain('Nothing was stored');

    expect((await client.get(`${project.resources}/_/r${String(stored)}`)).status).toBe(404);
    expect((await client.get(`${project.resources}/_/r${String(stored - 1)}`)).json['_rev']).toBe(1);

    const ready = await client.get('/health/ready');
    expect([ready.status, ready.json['checks']]).toEqual([
      503,
      expect.objectContaining({ store: { status: 'down', reason: expect.any(String) } }),
    ]);

    await app.close();
    app = await startTestApp({}, storage);
    client = app.client;
    mustBe(201, await client.put(`${project.resources}/_/r${String(stored)}?indexing=sync`, {}));
    for (let index = 0; index <= stored; index += 1) {
      expect([index, (await client.get(`${project.resources}/_/r${String(index)}`)).status]).toEqual([index, 200]);
    }
    expect((await client.get(`${project.resources}?size=0`)).json['_total']).toBe(stored + 2);
  });
});
