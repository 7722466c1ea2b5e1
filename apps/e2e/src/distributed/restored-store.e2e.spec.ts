import { offset } from '@headwater/event-sourcing';
import type { MongoDatabase } from '@headwater/mongo';
import { mustBe, newProject, until, type TestProject } from '../testing/api.js';
import { DistributedApp } from '../testing/distributed-app.js';
import { newDatabase } from '../testing/distributed-storage.js';
import { HttpClient, type Answer } from '../testing/http-client.js';
import type { TestStorage } from '../testing/settings.js';
import { StorageAudit } from '../testing/storage-audit.js';

type Backup = ReadonlyMap<string, readonly object[]>;

/** Everything in a database, while nobody writes. */
async function backup({ db }: MongoDatabase): Promise<Backup> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  const all = await Promise.all(names.map(async (name) => [name, await db.collection(name).find().toArray()] as const));
  return new Map(all);
}

/** Brings an older state back; collections that were made since are left empty. */
async function restore({ db }: MongoDatabase, kept: Backup): Promise<void> {
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) await db.collection(name).deleteMany({});
  for (const [name, all] of kept) if (all.length > 0) await db.collection(name).insertMany([...all]);
}

/* Invariants 2 and 5 of design.md, and its "Epoch of the log", where an older state of the database is restored under what readers hold. */
describe('A database that is restored to an older state', () => {
  let storage: TestStorage;
  let app: DistributedApp;
  let audit: StorageAudit;
  let client: HttpClient;
  let project: TestProject;

  beforeEach(async () => {
    storage = await newDatabase();
    [app, audit] = await Promise.all([DistributedApp.start({}, storage), StorageAudit.of(storage)]);
    client = new HttpClient(app.url);
    project = await newProject(client);
  });
  afterEach(async () => {
    client.close();
    await app.close();
    await audit.close();
    await storage.remove();
  });

  const put = (name: string): Promise<Answer> => client.put(`${project.resources}/_/${name}`, { name });
  const changes = (since?: string): Promise<Answer> =>
    client.get(`/datasets/${project.dataset}/changes${since === undefined ? '' : `?since=${encodeURIComponent(since)}`}`);
  const items = ({ text }: Answer): readonly { readonly id: string; readonly token?: string }[] =>
    JSON.parse(text) as readonly { readonly id: string; readonly token?: string }[];
  const tokenOf = (answer: Answer): string => items(answer).at(-1)?.token ?? '';

  it('is found out: nothing that it lacks is shown or published, tokens of what it lacks are answered 410, older ones go on', async () => {
    mustBe(201, await put('kept'));
    await audit.settled();
    const before = tokenOf(mustBe(200, await changes()));
    await Promise.all([app.commandService.stop(), app.projector.stop()]);
    const kept = await backup(audit.database);
    await Promise.all([app.commandService.start(), app.projector.start()]);
    for (const name of ['lost1', 'lost2', 'lost3', 'lost4', 'lost5', 'lost6']) mustBe(201, await put(name));
    await audit.settled();
    const after = tokenOf(mustBe(200, await changes()));
    const ends = await Promise.all((await audit.partitions()).map((of) => audit.log.last(of)));

    await Promise.all([app.commandService.stop(), app.projector.stop(), app.gateway.stop()]);
    await restore(audit.database, kept);
    await Promise.all([app.commandService.start(), app.projector.start(), app.gateway.start()]);

    // The alarm.
    const readiness = async (): Promise<string> => (await fetch(`${app.commandService.url}/health/ready`)).text();
    await until(async () => (await readiness()).includes('an older state of the store was restored'));
    const gone = mustBe(410, await changes(after));
    expect(gone.text).toContain('resync');
    // What is not gone is given, and nothing else.
    expect(items(mustBe(200, await changes(before))).filter(({ id }) => !id.startsWith('@'))).toEqual([]);
    expect(items(mustBe(200, await changes())).filter(({ id }) => !id.startsWith('@'))).toHaveLength(1);
    expect(
      mustBe(
        200,
        await client.get(
          `${project.resources}?schema=${encodeURIComponent('https://bluebrain.github.io/nexus/schemas/unconstrained.json')}`,
        ),
      ).json['_total'],
    ).toBe(1);
    mustBe(404, await client.get(`${project.resources}/_/lost1`));
    // Nothing is published on top of it, and nothing was taken back.
    mustBe(201, await put('lost1'));
    await until(async () => (await audit.store.size(10)) > 0);
    expect(await Promise.all((await audit.partitions()).map((of) => audit.log.last(of)))).toEqual(ends.map((end) => offset(end)));
  });
});
