import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventCodec, logPartition, logPartitions, type HeadwaterEvent } from '@headwater/event-contracts';
import { ProjectionRunner, UnknownEvent, type EventCodec, type GroupMember } from '@headwater/event-sourcing';
import { freePort } from '@headwater/platform';
import { Projector } from '@headwater/processing';
import { PROJECTIONS } from '@headwater/read-models';
import { mustBe, newProject, until, type TestProject } from '../testing/api.js';
import { AppProcess } from '../testing/app-process.js';
import { DistributedApp } from '../testing/distributed-app.js';
import { newDatabase, settingsFor } from '../testing/distributed-storage.js';
import { HttpClient } from '../testing/http-client.js';
import type { TestStorage } from '../testing/settings.js';
import { StorageAudit } from '../testing/storage-audit.js';

const TOPICS = fileURLToPath(new URL('../../../../tools/topics/main.mjs', import.meta.url));

/** Partitions of the entity topic that there are only once each topic has five. */
const ADDED = [3, 4].map((index) => logPartition({ topic: 'entity', index }));

/** Small batches, so that there is a middle of the backlog to be stopped in. */
const SMALL_BATCHES = { HEADWATER_PROJECTOR_BATCH_EVENTS: '5' } as const;

describe('Projectors', () => {
  let storage: TestStorage;
  let app: DistributedApp;
  let audit: StorageAudit;
  let client: HttpClient;
  let project: TestProject;
  const processes: AppProcess[] = [];

  beforeEach(async () => {
    storage = await newDatabase();
    [app, audit] = await Promise.all([DistributedApp.start({}, storage), StorageAudit.of(storage)]);
    client = new HttpClient(app.url);
    project = await newProject(client);
  });
  afterEach(async () => {
    client.close();
    for (const one of processes.splice(0)) await one.kill();
    await app.close();
    await audit.close();
    await storage.remove();
  });

  /** A projector as a process of its own. */
  async function projector(settings: Readonly<Record<`HEADWATER_${string}`, string>> = {}): Promise<AppProcess> {
    const port = String(await freePort());
    const one = new AppProcess({ ...settingsFor(storage), HEADWATER_LOG_LEVEL: 'error', HEADWATER_PORT: port, ...settings }, 'projector');
    processes.push(one);
    await one.ready();
    return one;
  }

  /** Creates resources, each with an update that links to the one before. */
  async function write(count: number, prefix: string): Promise<void> {
    const name = (at: number): string => `${prefix}-${String(at)}`;
    await Promise.all(
      Array.from({ length: count }, async (_, at) => {
        mustBe(201, await client.put(`${project.resources}/_/${name(at)}`, { at }));
        const link = { '@id': `https://e.org/${name(at - 1)}` };
        mustBe(200, await client.put(`${project.resources}/_/${name(at)}?rev=1`, { at, link }));
      }),
    );
  }

  it('apply what was written: an event goes through store, relay, topic and projector into a read model', async () => {
    mustBe(201, await client.put(`${project.resources}/_/one`, { name: 'one' }));
    await audit.settled();
    const listed = mustBe(200, await client.get(project.resources));
    expect(listed.json['_total']).toBe(2);
    expect(await audit.problems()).toEqual([]);
  });

  it('lose, double and reorder nothing where one is killed in the middle, and another takes its partitions', async () => {
    await app.projector.stop();
    const victim = await projector(SMALL_BATCHES);
    const before = await audit.applied();
    const writing = write(150, 'killed');
    await until(async () => (await audit.applied()) > before + 20);
    await victim.kill();
    await app.projector.start();
    await writing;
    await audit.settled();
    expect(await audit.problems()).toEqual([]);
  });

  it('lose, double and reorder nothing where one is paused past its session, is overtaken, and goes on (a zombie)', async () => {
    await app.projector.stop();
    const zombie = await projector(SMALL_BATCHES);
    const before = await audit.applied();
    const writing = write(150, 'paused');
    await until(async () => (await audit.applied()) > before + 20);
    zombie.signal('SIGSTOP');
    await app.projector.start();
    await writing;
    await audit.settled();
    zombie.signal('SIGCONT');
    await write(20, 'after');
    await audit.settled();
    expect(await audit.problems()).toEqual([]);
    const health = await fetch(`${await zombie.ready()}/health/ready`);
    expect(health.status).toBe(200);
  });

  it('stop at an event of a later release, and go on after their upgrade', async () => {
    await app.projector.stop();
    const old = oldProjector(audit);
    await old.begin();
    try {
      mustBe(201, await client.put(`${project.resources}/_/tagged`, { name: 'one' }));
      await audit.settled();
      mustBe(201, await client.post(`${project.resources}/_/tagged/tags?rev=1`, { tag: 'v1', rev: 1 }));
      await until(async () => old.state().stopped.size === 1);
      expect([...old.state().stopped.values()]).toEqual([expect.stringContaining('upgrade this service')]);
      // What was written is right all the same, as a fetch asks the store.
      expect(mustBe(200, await client.get(`${project.resources}/_/tagged?tag=v1`)).json['name']).toBe('one');
    } finally {
      await old.close();
    }
    await app.projector.start();
    await audit.settled();
    expect(await audit.problems()).toEqual([]);
  });

  it('keep order where partitions are added under load, and rebuild everything from them', async () => {
    const load = { on: true };
    const writing = (async () => {
      for (let round = 0; load.on; round += 1) await write(10, `load${String(round)}`);
    })();
    await write(20, 'before');
    const { stdout } = await promisify(execFile)(process.execPath, [TOPICS, '--partitions', '5'], { env: { ...settingsFor(storage) } });
    expect(stdout).toContain('5 partitions');
    await until(async () => (await audit.partitions()).length === 10);
    // Streams that are made now are spread over all of them, once every service has heard of it.
    await until(async () => (await Promise.all(ADDED.map((of) => audit.log.last(of)))).every((last) => last >= 0), 30_000);
    load.on = false;
    await writing;
    await audit.settled();
    expect(await audit.problems()).toEqual([]);
    await rebuildAll(audit);
    expect(await audit.problems()).toEqual([]);
  });
});

/** A projector of a release that knows no tags. */
function oldProjector(audit: StorageAudit): Projector {
  const { log, projections } = audit;
  const codec: EventCodec<HeadwaterEvent> = {
    encode: (event) => eventCodec.encode(event),
    decode: (stream, revision, stored) => {
      const event = eventCodec.decode(stream, revision, stored);
      if (event.type === 'ResourceTagAdded') throw new UnknownEvent(stream, revision, event.type, 1);
      return event;
    },
  };
  const limit = { entries: 100, characters: 1e6 };
  const all: GroupMember = {
    assigned: logPartitions(3),
    onAssigned: () => () => undefined,
    report: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  };
  return new Projector({
    runner: new ProjectionRunner({ log, store: projections, codec, projections: PROJECTIONS, limit }),
    tail: log,
    join: () => all,
    batchEvents: limit.entries,
    parallel: 4,
    retry: { min: 10, max: 100 },
  });
}

/** Begins a rebuild of every projection, as an operator would, and waits until the projectors have made and served the new copies. */
async function rebuildAll({ log, projections }: StorageAudit): Promise<void> {
  const operator = new ProjectionRunner({
    log,
    store: projections,
    codec: eventCodec,
    projections: PROJECTIONS,
    limit: { entries: 1, characters: 1 },
  });
  await operator.prepare();
  for (const { name } of PROJECTIONS) {
    const { served } = await projections.versions(name);
    await operator.rebuild(name);
    await until(async () => (await projections.versions(name)).served?.version === (served?.version ?? 0) + 1, 60_000);
  }
}
