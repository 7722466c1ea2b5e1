import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable, projectionName, revision } from '@headwater/event-sourcing';
import { commitTo, newStream } from '@headwater/event-sourcing/testing';
import { EXAMPLE_PROJECT } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import { FEED, LINKS, PROJECTIONS, RESOURCES, type ListQuery } from '@headwater/read-models';
import { World, streamOf } from '@headwater/read-models/testing';
import { databasePath } from './data-folder.js';
import { ONLY_PARTITION } from './stored-log.js';
import { eventually } from './testing/eventually.js';
import { temporaryStore, type TemporaryStore } from './testing/temporary.js';
import { verifyDataFolder } from './verify.js';

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;

const ALL: ListQuery = {
  project: EXAMPLE_PROJECT,
  types: [],
  typeOperator: 'and',
  sort: { field: '_createdAt', descending: false },
  page: { from: 0 },
  size: 1000,
};

describe('The projections of the embedded store', () => {
  let subject: TemporaryStore;
  const open = async (...options: Parameters<typeof temporaryStore>): Promise<TemporaryStore> =>
    (subject = await temporaryStore(...options));
  afterEach(() => subject.close());

  const tables = (): readonly string[] => {
    const db = new DatabaseSync(databasePath(subject.folder), { readOnly: true });
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_[0-9]*'").all();
    db.close();
    return names.map(({ name }) => String(name));
  };

  it('are rebuilt beside what is served, which goes on, and the old tables go (invariant 4: a read model is a fold of the log)', async () => {
    const { store, folder } = await open({ bounds: { stepEntries: 20 } });
    const world = new World(store);
    for (let index = 0; index < 150; index += 1) {
      await world.create({ id: iri(String(index)), name: `Name ${String(index)}`, links: [{ target: iri('hub'), path: [iri('p')] }] });
    }
    for (let index = 0; index < 50; index += 1) await world.update({ id: iri(String(index)), types: [iri('T')] }, 1);
    await store.caughtUp();
    const before = await store.resources.list(ALL);
    const head = await store.feed.head();
    const old = tables();
    await Promise.all([RESOURCES, LINKS, FEED].map((name) => store.rebuild(name)));
    expect(
      store
        .state()
        .projections.filter(({ rebuilding }) => rebuilding)
        .map(({ name }) => name),
    ).toContain(FEED);
    // What is served is neither empty nor behind meanwhile.
    expect(await store.resources.list(ALL)).toEqual(before);
    await world.create({ id: iri('meanwhile') });
    await store.caughtUp();
    expect((await store.resources.list(ALL)).total).toBe(before.total + 1);
    await eventually(() => store.state().projections.every(({ rebuilding }) => !rebuilding));
    const after = await store.resources.list(ALL);
    expect(after.entities.slice(0, -1)).toEqual(before.entities);
    expect((await store.links.incoming({ project: EXAMPLE_PROJECT, id: iri('hub'), from: 0, size: 1 })).total).toBe(100);
    // Positions are places in the log: they survive a rebuild.
    await store.feed.verify(head);
    expect((await store.feed.changes(EXAMPLE_PROJECT, head, 10)).items.map(({ row }) => row.id)).toEqual([iri('meanwhile')]);
    await eventually(() => !tables().some((name) => old.includes(name) && !name.startsWith('directory') && name !== 'counters_4'));
    await store.close();
    expect((await verifyDataFolder(folder)).problems).toEqual([]);
  });

  it('go on with a rebuild that was interrupted', async () => {
    const { store, folder } = await open({ bounds: { stepEntries: 1 } });
    const world = new World(store);
    for (let index = 0; index < 60; index += 1) await world.create({ id: iri(String(index)) });
    await store.caughtUp();
    await store.rebuild(RESOURCES);
    await store.killWriter();
    await store.close();
    const again = await subject.reopen();
    await eventually(() => again.state().projections.every(({ rebuilding }) => !rebuilding));
    expect((await again.resources.list(ALL)).total).toBe(60);
    await again.close();
    expect((await verifyDataFolder(folder)).problems).toEqual([]);
  });

  it('refuse to rebuild what does not exist', async () => {
    const { store } = await open();
    await expect(store.rebuild(projectionName('nothing'))).rejects.toThrow('There is no projection nothing.');
    await expect(store.redrive(projectionName('nothing'), newStream())).rejects.toThrow('There is no projection nothing.');
  });

  it('park a stream that they cannot apply, and say so; the others go on', async () => {
    const { store, folder } = await open();
    const world = new World(store);
    const poisoned = await world.poison(iri('poison'));
    await world.create({ id: iri('a') });
    await store.caughtUp();
    const parked = new Map(store.state().projections.map(({ name, parked: count }) => [name, count]));
    expect(parked.get(RESOURCES)).toBe(1);
    expect(parked.get(FEED)).toBe(0);
    expect(await store.resources.latest(poisoned)).toEqual({ newest: 1, parkedAt: 1 });
    expect(await store.lastApplied(RESOURCES, [poisoned, streamOf({ id: iri('a') })])).toEqual([
      { revision: 0, parkedAt: 1 },
      { revision: 1 },
    ]);
    expect((await store.resources.list(ALL)).total).toBe(1);
    expect(await store.redrive(RESOURCES, poisoned)).toBe(false);
    expect(await store.redrive(RESOURCES, newStream())).toBe(true);
    await store.close();
    expect((await verifyDataFolder(folder)).problems.filter((problem) => !problem.includes('cannot be folded'))).toEqual([]);
  });

  it('stop at an event of a later release, say so, and go on after the upgrade; reads and writes go on', async () => {
    const { store } = await open();
    const world = new World(store);
    await world.create({ id: iri('before') });
    await store.caughtUp();
    const later = newStream();
    await store.append([commitTo(later, ONLY_PARTITION, { base: 0 })]);
    await eventually(() => store.state().stopped !== undefined);
    expect(store.state().stopped).toContain('upgrade this service');
    await expect(store.caughtUp()).rejects.toThrow(StoreUnavailable);
    await world.create({ id: iri('after') });
    expect((await store.resources.list(ALL)).total).toBe(1);
    const [lag] = store.state().projections.map(({ lag: entries }) => entries);
    expect(lag).toBe(2);
    expect(await store.resources.latest(streamOf({ id: iri('after') }))).toEqual({ newest: 1 });
    await store.resume();
    await eventually(() => store.state().stopped !== undefined);
    expect(store.state().projections.map(({ watermark }) => watermark)).toEqual(PROJECTIONS.map(() => 0));
  });

  it('list and count an entity once that repeats a type', async () => {
    const { store } = await open();
    const world = new World(store);
    await world.create({ id: iri('a'), types: [iri('T'), iri('U'), iri('T')] });
    await store.caughtUp();
    const page = await store.resources.list({ ...ALL, types: [iri('T')] });
    expect([page.total, page.entities.map(({ entity }) => entity.types)]).toEqual([1, [[iri('T'), iri('U'), iri('T')]]]);
  });

  it('step at once for somebody who waits, however rarely they step otherwise', async () => {
    const { store } = await open({ bounds: { stepEveryMilliseconds: 1_000_000, stepAtEntries: 1_000_000 } });
    const world = new World(store);
    // The first is not paced.
    await world.create({ id: iri('first') });
    await store.caughtUp();
    await world.create({ id: iri('second') });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stream = streamOf({ id: iri('second') });
    expect((await store.resources.latest(stream)).row).toBeUndefined();
    expect(await store.lastApplied(RESOURCES, [stream])).toEqual([{ revision: 0 }]);
    await eventually(async () => (await store.resources.latest(stream)).row?.revision === revision(1));
  });

  it('are not starved by a flood of appends (their lag is bounded)', async () => {
    const { store } = await open();
    const world = new World(store);
    let largest = 0;
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => world.create({ id: iri(`${String(round)}/${String(index)}`) })));
      largest = Math.max(largest, ...store.state().projections.map(({ lag }) => lag));
    }
    expect(largest).toBeLessThan(400);
    await store.caughtUp();
  });

  it('tell an observer, and listeners of the feed', async () => {
    let entries = 0;
    const { store } = await open({ observer: { projected: (count) => (entries += count) } });
    let calls = 0;
    store.feed.onAdvance(() => (calls += 1));
    const world = new World(store);
    await world.create({ id: iri('a') });
    await world.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
    await store.caughtUp();
    expect(entries).toBe(2);
    expect(calls).toBeGreaterThan(0);
  });
});
