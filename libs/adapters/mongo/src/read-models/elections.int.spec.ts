import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable, type Partition } from '@headwater/event-sourcing';
import { EXAMPLE_PROJECT } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import type { FeedReader } from '@headwater/read-models';
import { World, streamOf } from '@headwater/read-models/testing';
import { ReplicaSet } from '../testing/replica-set.js';
import { replayedLines, servedLines } from './testing/replay.js';
import { ReadModelService } from './testing/read-model-service.js';

const ENTITIES = 60;
const SMALL = { entries: 5, characters: 1_000_000 };

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;

/** Does something until it is done: what the database cannot do just now is tried again. */
async function insistently<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await sleep(50);
    }
  }
}

describe('Read models while a primary dies', () => {
  let set: ReplicaSet;
  let service: ReadModelService;

  beforeAll(async () => {
    set = await ReplicaSet.start();
    service = await ReadModelService.start({}, { url: set.url, serverSelectionMilliseconds: 2000 });
  }, 120_000);
  afterAll(async () => {
    try {
      await service.close();
    } finally {
      await set.stop();
    }
  }, 60_000);

  it('are moved by each event once, and a reader of the feed misses nothing (invariants 1, 4 and 5)', async () => {
    const world = new World(service.store);
    for (let index = 0; index < ENTITIES; index += 1) await world.create({ id: iri(String(index)) });
    await world.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
    await service.relay();
    const runner = service.anotherRunner(SMALL);
    await insistently(() => runner.prepare());
    const drive = async (partition: Partition): Promise<void> => {
      while ((await insistently(() => runner.step(partition))) > 0) await sleep(20);
    };
    const driving = service.log.partitions().then((partitions) => Promise.all(partitions.map(drive)));
    const reading = readAll(service.readers.feed, ENTITIES);
    await sleep(200);
    const { primary } = await set.roles();
    await primary.kill();
    await driving;
    const read = await reading;
    expect(new Set(read)).toEqual(new Set(Array.from({ length: ENTITIES }, (_, index) => iri(String(index)))));
    expect(read).toHaveLength(ENTITIES);
    await primary.start();
    expect(await insistently(() => servedLines(service.projections))).toEqual(await replayedLines(service.log));
  }, 120_000);

  it('are read as they were applied last, where there is no primary at all', async () => {
    const stream = streamOf({ id: iri('1') });
    const { resources, directory } = service.readers;
    const before = await insistently(() => resources.applied(stream));
    expect(before?.revision).toBe(1);
    const { primary, secondaries } = await set.roles();
    const [other] = secondaries;
    if (other === undefined) throw new Error('There is one node only.');
    await Promise.all([primary.kill(), other.kill()]);
    await expect(resources.latest(stream)).rejects.toThrow(StoreUnavailable);
    expect(await insistently(() => resources.applied(stream))).toEqual(before);
    expect(await insistently(() => directory.project(EXAMPLE_PROJECT))).toBeUndefined();
    await Promise.all([primary.start(), other.start()]);
    expect((await insistently(() => resources.latest(stream))).row).toEqual(before);
  }, 120_000);
});

/** Ids of items in the order in which a reader of changes is given them, until there are so many. */
async function readAll(feed: FeedReader, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let position = await insistently(() => feed.start());
  while (ids.length < count) {
    const from = position;
    const page = await insistently(() => feed.changes(EXAMPLE_PROJECT, from, 7));
    ids.push(...page.items.map(({ row }) => row.id));
    ({ position } = page);
    await sleep(10);
  }
  return ids;
}
