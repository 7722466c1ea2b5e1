import { setTimeout as sleep } from 'node:timers/promises';
import { InMemoryProjectionStore } from '@headwater/event-sourcing/testing';
import {
  WatermarkMoved,
  eventId,
  offset,
  offsetIn,
  partition,
  revision,
  type FeedPosition,
  type Offset,
  type Partition,
  type ProjectionBatch,
} from '@headwater/event-sourcing';
import { EXAMPLE_PROJECT } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import { FEED, LINKS, PROJECTIONS, RESOURCES, type FeedReader, type ListCursor, type ListQuery } from '@headwater/read-models';
import { World, streamOf } from '@headwater/read-models/testing';
import { TcpProxy } from '../testing/tcp-proxy.js';
import { primaryAddress } from '../testing/primary-address.js';
import { mongoReadModels } from './mongo-read-models.js';
import { MongoProjectionStore } from './projection-store.js';
import { MongoProjectionsStatus } from './projections-status.js';
import { RetiredCopies } from './retired-copies.js';
import { replayedLines, servedLines } from './testing/replay.js';
import { ReadModelService } from './testing/read-model-service.js';

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;

const ALL: ListQuery = {
  project: EXAMPLE_PROJECT,
  types: [],
  typeOperator: 'and',
  sort: { field: '_createdAt', descending: false },
  page: { from: 0 },
  size: 1000,
};

const SMALL = { entries: 4, characters: 1_000_000 };

/** A projector's store that waits before it stores something, as one does whose process was put to sleep. */
class SleepyStore extends MongoProjectionStore {
  readonly refusals: unknown[] = [];
  #asleep: { readonly until: Promise<void>; readonly fell: () => void } | undefined;

  /** The next commit waits for `until`. @returns what is fulfilled once it does. */
  sleepBeforeCommit(until: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#asleep = { until, fell: resolve };
    });
  }

  override async commit(batches: readonly ProjectionBatch[]): Promise<void> {
    const asleep = this.#asleep;
    this.#asleep = undefined;
    asleep?.fell();
    await asleep?.until;
    try {
      await super.commit(batches);
    } catch (error) {
      this.refusals.push(error);
      throw error;
    }
  }
}

describe('Projectors on MongoDB', () => {
  let service: ReadModelService;
  beforeEach(async () => {
    service = await ReadModelService.start();
  });
  afterEach(() => service.close());

  const eachPartition = async (act: (partition: Partition) => Promise<unknown>): Promise<void> => {
    await Promise.all((await service.log.partitions()).map(act));
  };

  /** Entities of which some change, with links that are added and taken away. */
  async function write(from: number, count: number): Promise<void> {
    const world = new World(service.store);
    world.now += from * 10_000;
    const links = (target: string) => [{ target: iri(target), path: [iri('p')] }];
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    await Promise.all(numbers.map((n) => world.create({ id: iri(String(n)), types: [iri('T')], links: links('hub') })));
    const changed = numbers.filter((n) => n % 3 === 0);
    await Promise.all(changed.map((n) => world.update({ id: iri(String(n)), types: [iri('U')], links: links('other') }, 1)));
    await service.relay();
  }

  it('that race for every partition store each event once (invariant 4: a zombie changes nothing)', async () => {
    await write(0, 40);
    const stores = [service.projections, new MongoProjectionStore(await service.test.connect())];
    const runners = stores.map((store) => service.anotherRunner(SMALL, store));
    for (const runner of runners) await runner.prepare();
    await Promise.all(runners.map((runner) => eachPartition((partition) => runner.catchUp(partition))));
    expect(await servedLines(service.projections)).toEqual(await replayedLines(service.log));
    expect((await service.readers.resources.list(ALL)).total).toBe(40);
    expect((await service.readers.links.incoming({ project: EXAMPLE_PROJECT, id: iri('hub'), from: 0, size: 1 })).total).toBe(26);
  }, 60_000);

  it('that fall asleep in mid-batch and wake after others went on change nothing, and go on from there', async () => {
    await write(0, 12);
    const sleepy = new SleepyStore(await service.test.connect());
    const zombie = service.anotherRunner(SMALL, sleepy);
    await zombie.prepare();
    let wake: () => void = () => undefined;
    const fell = sleepy.sleepBeforeCommit(new Promise<void>((resolve) => (wake = resolve)));
    const sleeping = eachPartition((partition) => zombie.catchUp(partition));
    await fell;
    await eachPartition((partition) => service.runner.catchUp(partition));
    await write(100, 6);
    await eachPartition((partition) => service.runner.catchUp(partition));
    wake();
    await sleeping;
    expect(sleepy.refusals).toContainEqual(expect.any(WatermarkMoved));
    await eachPartition((partition) => zombie.catchUp(partition));
    expect(await servedLines(service.projections)).toEqual(await replayedLines(service.log));
  }, 60_000);

  it('store a batch once whose commit was not answered', async () => {
    await write(0, 6);
    const { host, port } = await primaryAddress();
    const proxy = await TcpProxy.before(host, port);
    try {
      const database = await service.test.connect({ url: `mongodb://${proxy.address}/?directConnection=true` });
      const runner = service.anotherRunner(SMALL, new MongoProjectionStore(database));
      await runner.prepare();
      for (const partition of await service.log.partitions()) {
        proxy.loseAnswers((message) => message.includes('commitTransaction'));
        await runner.catchUp(partition);
      }
      expect(await servedLines(service.projections)).toEqual(await replayedLines(service.log));
    } finally {
      await proxy.close();
    }
  }, 60_000);

  it('may be wrong about which rows are new', async () => {
    const { projections, log, store } = service;
    const stream = streamOf({ id: iri('a') });
    await new World(store).create({ id: iri('a'), types: [iri('T')] });
    await service.relay();
    const [commit] = await store.read(stream, revision(1), revision(1));
    const of = commit?.partition ?? partition(0);
    // Looked up as absent, and made by somebody else before it is stored.
    expect(await projections.load(RESOURCES, 1000, [stream])).toEqual([undefined]);
    const elsewhere = new InMemoryProjectionStore();
    const reference = service.anotherRunner(SMALL, elsewhere);
    await reference.prepare();
    await reference.catchUp(of);
    const row = elsewhere.served(RESOURCES).row(stream);
    if (row === undefined) throw new Error('There is no row.');
    expect(await projections.unpark(RESOURCES, 1000, 0, { ...row, eventId: eventId('1-other') }, new Map())).toBe(true);
    const batch = { rows: [row], counters: new Map<string, number>(), history: [], parked: [] };
    await projections.commit([
      { projection: RESOURCES, version: 1000, partition: of, expected: offset(-1), watermark: await log.last(of), ...batch },
    ]);
    expect(await projections.load(RESOURCES, 1000, [stream])).toEqual([row]);
  }, 60_000);

  it('rebuild beside what is served, while readers page and writers write; the old copies go when their time is over', async () => {
    await write(0, 40);
    await service.settle();
    const { resources, links, feed } = service.readers;
    const before = await resources.list(ALL);
    const head = await feed.head();
    for (const { name } of PROJECTIONS) await service.runner.rebuild(name);
    const rebuilding = new AbortController();
    const reading = (async (): Promise<number> => {
      let rounds = 0;
      for (; !rebuilding.signal.aborted || rounds < 3; rounds += 1) {
        // What is served is neither empty nor behind, nor of two copies.
        expect((await listed(resources.list.bind(resources))).slice(0, 40)).toEqual(before.entities.map(({ entity }) => entity.id));
        expect((await links.incoming({ project: EXAMPLE_PROJECT, id: iri('other'), from: 0, size: 100 })).total).toBeGreaterThanOrEqual(14);
        expect(await changedIds(feed)).toBeGreaterThanOrEqual(40);
        await feed.verify(head);
      }
      return rounds;
    })();
    await write(1000, 10);
    // Two drive it, in small steps.
    const other = service.anotherRunner(SMALL, new MongoProjectionStore(await service.test.connect()));
    await other.prepare();
    while (service.runner.building.size > 0 || other.building.size > 0) {
      for (const runner of [service.runner, other]) await eachPartition((partition) => runner.step(partition));
    }
    rebuilding.abort();
    expect(await reading).toBeGreaterThanOrEqual(3);
    for (const { name } of PROJECTIONS) expect((await service.projections.versions(name)).served?.version).toBe(1001);
    await service.settle();
    const old = async (): Promise<readonly string[]> => {
      const names = (await service.test.database.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
      return names.filter((name) => name.includes('_1000'));
    };
    expect(await service.projections.discard()).toBe(0);
    expect(await old()).toHaveLength(2 * PROJECTIONS.length + 1);
    const failures: unknown[] = [];
    const onFailure = (error: unknown): unknown => failures.push(error);
    const retired = new RetiredCopies(service.projections, { everyMilliseconds: 10, keptMilliseconds: 0, onFailure });
    for (let tries = 0; tries < 500 && (await old()).length > 0; tries += 1) await sleep(10);
    await retired.close();
    expect([await old(), failures]).toEqual([[], []]);
    expect(await service.projections.discard(0)).toBe(0);
    await sleep(250);
    expect((await resources.list(ALL)).total).toBe(50);
    // Positions are places in the log: they survive.
    await feed.verify(head);
    expect((await feed.changes(EXAMPLE_PROJECT, head, 100)).items).toHaveLength(10);
    expect(await servedLines(service.projections)).toEqual(await replayedLines(service.log));
  }, 120_000);

  it('may switch to a copy that is a little behind: no position is lost, and none goes back', async () => {
    await write(0, 12);
    await service.settle();
    const { feed } = service.readers;
    const head = await feed.head();
    const epoch = await service.store.epoch();
    await service.projections.create(FEED, 1001, epoch);
    await service.projections.serve(FEED, 1001);
    await sleep(250);
    expect((await feed.head()).partitions.size).toBe(0);
    await feed.verify(head);
    const page = await feed.changes(EXAMPLE_PROJECT, head, 10);
    expect([page.items, page.position, page.more]).toEqual([[], head, false]);
    const late = service.anotherRunner();
    await late.prepare();
    await eachPartition((partition) => late.catchUp(partition));
    expect(await feed.head()).toEqual(head);
  }, 60_000);

  it('are watched: lag, parked streams, and whether a copy is being built', async () => {
    const status = new MongoProjectionsStatus(service.test.database, service.log);
    await write(0, 3);
    const [lagging] = await status.standings([RESOURCES]);
    expect(lagging).toEqual({ name: RESOURCES, lag: 4, parked: 0, rebuilding: false });
    const poisoned = await new World(service.store).poison(iri('poison'));
    await service.settle();
    await service.runner.rebuild(LINKS);
    expect(await status.standings([RESOURCES, LINKS, FEED])).toEqual([
      { name: RESOURCES, lag: 0, parked: 1, rebuilding: false },
      { name: LINKS, lag: 0, parked: 0, rebuilding: true },
      { name: FEED, lag: 0, parked: 0, rebuilding: false },
    ]);
    expect(await service.projections.lastApplied(RESOURCES, [poisoned, streamOf({ id: iri('0') })])).toEqual([
      { revision: 0, parkedAt: 1 },
      { revision: 2 },
    ]);
  }, 60_000);
});

describe('Watching how far the read models have come', () => {
  it('goes on after the database was out of reach, which is told once', async () => {
    const { host, port } = await primaryAddress();
    let proxy = await TcpProxy.before(host, port);
    const service = await ReadModelService.start();
    try {
      const url = `mongodb://${proxy.address}/?directConnection=true`;
      const database = await service.test.connect({ url, serverSelectionMilliseconds: 200 });
      const failures: unknown[] = [];
      const { feed } = mongoReadModels(database, service.store, { pollMilliseconds: 5, onPollFailure: (error) => failures.push(error) });
      let calls = 0;
      const end = feed.onAdvance(() => (calls += 1));
      await until(() => calls === 1);
      const at = Number(proxy.address.split(':')[1]);
      await proxy.close();
      await until(() => failures.length > 0);
      await sleep(700);
      expect(failures).toHaveLength(1);
      proxy = await TcpProxy.before(host, port, at);
      await new World(service.store).create({ id: iri('a') });
      await service.settle();
      await until(() => calls > 1);
      end();
      const last = calls;
      await new World(service.store).create({ id: iri('b') });
      await service.settle();
      await sleep(50);
      expect(calls).toBe(last);
    } finally {
      await proxy.close();
      await service.close();
    }
  }, 60_000);
});

/** Ids of all entities, page by page. */
async function listed(
  list: (query: ListQuery) => ReturnType<ReadModelService['readers']['resources']['list']>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: ListCursor | undefined;
  do {
    const page = await list({ ...ALL, size: 7, ...(after === undefined ? {} : { page: { after } }) });
    ids.push(...page.entities.map(({ entity }) => entity.id));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

/** How many items a reader of all changes is given, whose position never goes back. */
async function changedIds(feed: FeedReader): Promise<number> {
  const ids = new Set<string>();
  let position: FeedPosition = await feed.start();
  for (;;) {
    const page = await feed.changes(EXAMPLE_PROJECT, position, 7);
    for (const { row } of page.items) ids.add(row.id);
    for (const [of] of position.partitions) expect<Offset>(offsetIn(page.position, of)).toBeGreaterThanOrEqual(offsetIn(position, of));
    ({ position } = page);
    if (!page.more) return ids.size;
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) await sleep(10);
  expect(holds()).toBe(true);
}
