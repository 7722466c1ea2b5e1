import { join } from 'node:path';
import { mustBe, newProject, textIn, type TestProject } from '../testing/api.js';
import { AppProcess } from '../testing/app-process.js';
import { EventStream } from '../testing/event-stream.js';
import type { HttpClient, JsonObject } from '../testing/http-client.js';
import type { TestStorage } from '../testing/settings.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';
import { runExport, runImport } from '../testing/transfer-tools.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const BODY = '{ "n":\t12345678901234567890.10, "a" : "é\u{1f600}\u2028\\u0000", "b": 1.0 }';

const storageAt = (name: string): TestStorage => ({ name, remove: () => Promise.resolve() });

/** The token at the end of a page of changes. */
const tokenOf = async (client: HttpClient, { dataset }: TestProject, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const page = JSON.parse(mustBe(200, await client.get(`/datasets/${dataset}/changes`, headers)).text) as readonly JsonObject[];
  const token = page.at(-1)?.['token'];
  if (typeof token !== 'string') throw new Error('The page has no token.');
  return token;
};

describe('A service that is moved', () => {
  let folder: TestStorage;
  let file: string;
  const running: TestApp[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder.name, 'export.ndjson');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
    await folder.remove();
  });

  const dataDir = (name: string): string => join(folder.name, name);
  const start = async (name: string): Promise<TestApp> => {
    const app = await startTestApp({ HEADWATER_PUBLIC_URL: 'https://headwater.example' }, storageAt(dataDir(name)));
    running.push(app);
    return app;
  };
  const stop = async (app: TestApp): Promise<void> => {
    running.splice(running.indexOf(app), 1);
    await app.close();
  };
  const exported = async (name: string): Promise<void> => {
    const told = await runExport(['--data-dir', dataDir(name)], file);
    expect(told).toMatchObject({ code: 0, stderr: expect.stringContaining('secrets') });
  };
  const imported = async (name: string): Promise<void> => {
    const told = await runImport(['--data-dir', dataDir(name)], file);
    expect(told).toMatchObject({ code: 0, stderr: expect.stringContaining('All is in: commits: ') });
  };

  it('answers as before, from what was exported while it served', async () => {
    const before = await start('before');
    const project = await newProject(before.client, { base: 'https://e.org/' });
    const put = await before.client.send('PUT', `${project.resources}/_/r1`, { headers: JSON_TYPE, body: BODY });
    mustBe(201, put);
    mustBe(201, await before.client.post(`${project.resources}/_/r1/tags?rev=1`, { tag: 'v1', rev: 1 }));
    mustBe(200, await before.client.put(`${project.resources}/_/r1?rev=2`, { link: { '@id': 'https://e.org/r2' } }));
    const items = Array.from({ length: 50 }, (_, at) => ({ resourceType: 't', id: `https://e.org/item${String(at)}`, at }));
    const push = mustBe(200, await before.client.post(`/dataset/${project.dataset}/resources`, items));
    const position = String(push.headers['headwater-position']);
    await exported('before');

    const ask = async (client: HttpClient): Promise<readonly unknown[]> => {
      const id = encodeURIComponent('https://e.org/r1');
      const answers: unknown[] = [];
      for (const path of [
        `/v1/projects/${project.organization}/${project.project}`,
        `${project.resources}/_/r1`,
        `${project.resources}/_/r1?tag=v1`,
        `${project.resources}/_/r1?rev=1`,
        `${project.resources}/_/r1/source?rev=1`,
        `${project.resources}/_/${id}/outgoing`,
        `${project.resources}?size=100&sort=@id`,
      ]) {
        // The position was given by the other service, and is reached here too.
        const { status, text, headers } = await client.get(path, { 'headwater-wait-for': position });
        answers.push([path, status, text, headers.etag]);
      }
      return answers;
    };
    const expected = await ask(before.client);
    expect(JSON.stringify(expected)).toContain('12345678901234567890.10');
    await stop(before);

    await imported('after');
    const after = await start('after');
    expect(await ask(after.client)).toEqual(expected);
    // Revisions go on.
    mustBe(200, await after.client.put(`${project.resources}/_/r1?rev=3`, { a: 1 }));
    expect((await after.client.get(`${project.resources}/_/r1`)).json['_rev']).toBe(4);
  });

  it('knows the tokens from before, and says that they are of another log; of what is foreign it says so', async () => {
    const before = await start('before');
    const project = await newProject(before.client);
    const written = mustBe(201, await before.client.put(`${project.resources}/_/r1?indexing=sync`, {}));
    const token = await tokenOf(before.client, project, { 'headwater-wait-for': String(written.headers['headwater-position']) });
    const events = await EventStream.open(before.client, `${project.resources}/events`);
    await events.until(1);
    const id = events.events[0]?.id ?? '';
    events.close();
    await exported('before');
    await imported('after');

    const after = await start('after');
    const changes = (since: string) => after.client.get(`/datasets/${project.dataset}/changes?since=${since}`);
    const lost = mustBe(410, await changes(token));
    expect(textIn(lost, 'type')).toContain('resync-required');
    mustBe(410, await after.client.get(`${project.resources}/events`, { accept: 'text/event-stream', 'last-event-id': id }));
    const stranger = await start('stranger');
    const elsewhere = await newProject(stranger.client);
    mustBe(400, await changes(await tokenOf(stranger.client, elsewhere)));
    // Whoever begins anew gets a token that is good here.
    mustBe(200, await after.client.put(`${project.resources}/_/r1?rev=1&indexing=sync`, {}));
    mustBe(200, await changes(await tokenOf(after.client, project)));
  });

  it('is not served before all of it is in, however often the import is interrupted', async () => {
    const before = await start('before');
    const project = await newProject(before.client);
    let position = '';
    for (let push = 0; push < 3; push += 1) {
      const items = Array.from({ length: 1000 }, (_, at) => ({ resourceType: 't', id: `https://e.org/${String(push)}-${String(at)}` }));
      const { headers } = mustBe(200, await before.client.post(`/dataset/${project.dataset}/resources`, items));
      position = String(headers['headwater-position']);
    }
    await exported('before');
    for (let interruption = 0; interruption < 2; interruption += 1) {
      const told = await runImport(['--data-dir', dataDir('after')], file, { after: 'Importing', signal: 'SIGTERM' });
      expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining('Run it again with the same file') });
      const service = new AppProcess({ HEADWATER_DATA_DIR: dataDir('after'), HEADWATER_PORT: '0' });
      expect(await service.ended).toMatchObject({ code: 1 });
      expect(service.stderr).toBe(
        `headwater cannot start: An import into ${dataDir('after')} is not finished. Run npm run import again with the same file: it goes on ` +
          'where it was. Or remove the store and begin anew.\n',
      );
    }
    await imported('after');
    const after = await start('after');
    const list = await after.client.get(`${project.resources}?size=1`, { 'headwater-wait-for': position });
    // With the resolver that every project has.
    expect(list.json['_total']).toBe(3000 + 1);
  });

  it('keeps what it has where something else is to be imported', async () => {
    const before = await start('before');
    await newProject(before.client);
    await exported('before');
    const other = await start('other');
    const kept = await newProject(other.client);
    const busy = await runImport(['--data-dir', dataDir('other')], file);
    expect(busy).toMatchObject({ code: 2, stderr: expect.stringContaining('in use by another process') });
    await stop(other);
    const full = await runImport(['--data-dir', dataDir('other')], file);
    expect(full).toMatchObject({ code: 2, stderr: expect.stringContaining('There is data in') });
    const again = await start('other');
    mustBe(200, await again.client.get(`/v1/projects/${kept.organization}/${kept.project}`));
  });
});
