import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mustBe, newProject, textIn, type TestProject } from '../testing/api.js';
import { DistributedApp } from '../testing/distributed-app.js';
import { newDatabase, sharedServers } from '../testing/distributed-storage.js';
import { startEmbedded } from '../testing/embedded-app.js';
import { HttpClient } from '../testing/http-client.js';
import type { Started, TestStorage } from '../testing/settings.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { runExport, runImport, type StoreArguments } from '../testing/transfer-tools.js';

const PUBLIC = { HEADWATER_PUBLIC_URL: 'https://headwater.example' };
const JSON_TYPE = { 'content-type': 'application/json' };
const BODY = '{ "n":\t12345678901234567890.10, "a" : "é\u{1f600}\u2028\\u0000", "link": {"@id": "https://e.org/item1"} }';
const VERIFY = fileURLToPath(new URL('../../../../tools/verify/main.mjs', import.meta.url));

const storageAt = (name: string): TestStorage => ({ name, remove: () => Promise.resolve() });

/** What was written, and the position that says that it was. */
interface Written {
  readonly project: TestProject;
  readonly position: string;
}

async function write(client: HttpClient): Promise<Written> {
  const project = await newProject(client, { base: 'https://e.org/' });
  mustBe(201, await client.send('PUT', `${project.resources}/_/r1`, { headers: JSON_TYPE, body: BODY }));
  mustBe(201, await client.post(`${project.resources}/_/r1/tags?rev=1`, { tag: 'v1', rev: 1 }));
  mustBe(200, await client.put(`${project.resources}/_/r1?rev=2`, { link: { '@id': 'https://e.org/item2' } }));
  const items = Array.from({ length: 300 }, (_, at) => ({ resourceType: 't', id: `https://e.org/item${String(at)}`, at }));
  const push = mustBe(200, await client.post(`/dataset/${project.dataset}/resources`, items));
  return { project, position: String(push.headers['headwater-position']) };
}

/** Everything that is asked of a service after a move, once what was written is in its read models. */
async function answersOf(client: HttpClient, { project, position }: Written): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const path of [
    `/v1/projects/${project.organization}/${project.project}`,
    `${project.resources}/_/r1`,
    `${project.resources}/_/r1?tag=v1`,
    `${project.resources}/_/r1/source?rev=1`,
    `${project.resources}/_/r1/outgoing`,
    `${project.resources}/_/item2/incoming`,
    `${project.resources}?size=1000&sort=@id`,
  ]) {
    const { status, text, headers } = await client.get(path, { 'headwater-wait-for': position });
    answers.push([path, status, text, headers.etag]);
  }
  return answers;
}

/** Waits until every read model of a service of one process has all that was written. */
async function caughtUp({ url }: Pick<Started, 'url'>): Promise<void> {
  const client = new HttpClient(url);
  const lags = async (): Promise<readonly string[]> =>
    [...(await client.get('/metrics')).text.matchAll(/^headwater_projection_lag_entries\S* (\d+)$/gm)].map(([, lag]) => lag ?? '');
  while ((await lags()).some((lag) => lag !== '0')) await new Promise((resolve) => setTimeout(resolve, 50));
  client.close();
}

/** What `npm run verify` says of each read model of a folder: how much is in it, and its digest. */
async function readModelsOf(dataDir: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [VERIFY, '--data-dir', dataDir]);
  return stdout.split('\n').filter((line) => line.startsWith('projection'));
}

describe('From one machine to many and back', () => {
  let folder: TestStorage;
  let database: TestStorage;
  const running: Pick<Started, 'close'>[] = [];
  const clients: HttpClient[] = [];
  beforeEach(async () => {
    [folder, database] = await Promise.all([temporaryFolder(), newDatabase()]);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const one of running.splice(0)) await one.close();
    await Promise.all([folder.remove(), database.remove()]);
  });

  const path = (name: string): string => join(folder.name, name);
  const one = (name: string): StoreArguments => ['--data-dir', path(name)];
  const many = (): StoreArguments => ['--mongo-url', sharedServers().mongoUrl, '--database', database.name];
  const clientOf = ({ url }: Pick<Started, 'url'>): HttpClient => {
    const client = new HttpClient(url);
    clients.push(client);
    return client;
  };
  const started = async <One extends Started>(starting: Promise<One>): Promise<One> => {
    const service = await starting;
    running.push(service);
    return service;
  };
  const startOne = (name: string): Promise<Started> => started(startEmbedded(PUBLIC, storageAt(path(name))));
  const stop = async (service: Started): Promise<void> => {
    running.splice(running.indexOf(service), 1);
    await service.close();
  };
  const moved = async (from: StoreArguments, file: string, to: StoreArguments): Promise<void> => {
    expect(await runExport(from, path(file))).toMatchObject({ code: 0 });
    expect(await runImport(to, path(file))).toMatchObject({ code: 0 });
  };

  it('everything is answered as before, and what is written there comes along', async () => {
    const first = await startOne('first');
    const written = await write(clientOf(first));
    const expected = await answersOf(clientOf(first), written);
    const changes = JSON.parse((await clientOf(first).get(`/datasets/${written.project.dataset}/changes`)).text) as readonly {
      readonly token?: string;
    }[];
    await moved(one('first'), 'first.ndjson', many());

    const distributed = await started(DistributedApp.start(PUBLIC, database));
    const there = clientOf(distributed);
    expect(await answersOf(there, written)).toEqual(expected);
    const lost = await there.get(`/datasets/${written.project.dataset}/changes?since=${changes.at(-1)?.token ?? ''}`);
    expect(textIn(mustBe(410, lost), 'type')).toContain('resync-required');
    const more = await write(there);
    const expectedMore = await answersOf(there, more);
    // The services go on while they are exported.
    await moved(many(), 'many.ndjson', one('back'));

    const back = await startOne('back');
    expect(await answersOf(clientOf(back), written)).toEqual(expected);
    expect(await answersOf(clientOf(back), more)).toEqual(expectedMore);
  });

  it('the read models are the same, line for line, as those of a move that went no such way', async () => {
    const first = await startOne('first');
    await write(clientOf(first));
    await caughtUp(first);
    await stop(first);
    await moved(one('first'), 'first.ndjson', many());
    await moved(many(), 'many.ndjson', one('around'));
    expect(await runImport(one('straight'), path('first.ndjson'))).toMatchObject({ code: 0 });
    for (const name of ['around', 'straight']) {
      const service = await startOne(name);
      await caughtUp(service);
      await stop(service);
    }
    const [was, around, straight] = [
      await readModelsOf(path('first')),
      await readModelsOf(path('around')),
      await readModelsOf(path('straight')),
    ];
    expect(around).toEqual(straight);
    expect(around).toHaveLength(4);
    // The feed alone has offsets in it, which are others for events of one instant.
    const withoutFeed = (lines: readonly string[]): readonly string[] => lines.filter((line) => !line.includes('feed'));
    expect(withoutFeed(around)).toEqual(withoutFeed(was));
  });

  it('a half imported database is served by nobody', async () => {
    const first = await startOne('first');
    await write(clientOf(first));
    expect(await runExport(one('first'), path('first.ndjson'))).toMatchObject({ code: 0 });
    const interrupted = await runImport(many(), path('first.ndjson'), { after: 'Importing', signal: 'SIGTERM' });
    expect(interrupted).toMatchObject({ code: 1, stderr: expect.stringContaining('Run it again with the same file') });
    await expect(DistributedApp.start(PUBLIC, database)).rejects.toThrow(/An import into the database .* is not finished/);
    expect(await runExport(many(), path('half.ndjson'))).toMatchObject({ code: 2, stderr: expect.stringContaining('is not finished') });
    expect(await runImport(many(), path('first.ndjson'))).toMatchObject({ code: 0 });
  });

  it('services and imports keep off each other', async () => {
    const first = await startOne('first');
    await write(clientOf(first));
    expect(await runExport(one('first'), path('first.ndjson'))).toMatchObject({ code: 0 });
    await started(DistributedApp.start(PUBLIC, database));
    const refused = await runImport(many(), path('first.ndjson'));
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Stop every command-service first') });
  });
});
