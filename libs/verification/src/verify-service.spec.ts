import { beforeEach, describe, expect, it } from '@jest/globals';
import { offset, partition, recordsOf, revision, type Commit, type ProjectionName } from '@headwater/event-sourcing';
import { InMemoryProjectionStore } from '@headwater/event-sourcing/testing';
import { FEED, RESOURCES } from '@headwater/read-models';
import { InMemoryService, World } from '@headwater/read-models/testing';
import { verifyService, type ComparableProjections, type VerificationReport } from './verify-service.js';

/** An in-memory store whose contents can be told. */
function told(store: InMemoryProjectionStore): ComparableProjections {
  const lines = (name: ProjectionName): readonly string[] => {
    const copy = store.served(name);
    return [...copy.rows(), ...[...copy.counters()], ...copy.history()].map((one) => JSON.stringify(one)).sort();
  };
  return Object.assign(Object.create(store) as InMemoryProjectionStore, bound(store), { lines });
}

/** The methods of a store that has private fields, to be called through another object. */
function bound(store: InMemoryProjectionStore): InMemoryProjectionStore {
  const names = Object.getOwnPropertyNames(InMemoryProjectionStore.prototype) as (keyof InMemoryProjectionStore)[];
  const methods = names.map((name) => [name, store[name]] as const).filter(([, value]) => typeof value === 'function');
  return Object.fromEntries(
    methods.map(([name, value]) => [name, (value as () => unknown).bind(store)]),
  ) as unknown as InMemoryProjectionStore;
}

describe('The verification of a service', () => {
  let service: InMemoryService;

  const verify = (): Promise<VerificationReport> =>
    verifyService({
      store: service.store,
      log: service.log,
      projections: told(service.projections),
      scratch: told(new InMemoryProjectionStore()),
    });
  const problemsOf = async (): Promise<string> => (await verify()).problems.join('\n');
  const someCommit = async (): Promise<Commit> => {
    const { commits } = await service.store.scan();
    const found = commits.find(({ stream }) => stream.startsWith('entity/'));
    if (found === undefined) throw new Error('Nothing was written.');
    return found;
  };

  beforeEach(async () => {
    service = await InMemoryService.start();
    const world = new World(service.store);
    for (const name of ['a', 'b', 'c', 'd']) await world.create({ id: `https://example.org/${name}` });
    await world.update({ id: 'https://example.org/b', source: '{"n": 2}' }, 1);
    await service.settle();
  });

  it('finds nothing wrong with a service that is well, and says what it looked at', async () => {
    const report = await verify();
    expect(report).toMatchObject({ ok: true, problems: [], moreProblems: 0, unpublished: 0, repetitions: 0 });
    expect(report.events).toBeGreaterThanOrEqual(5);
    for (const { lines, behind, digest, expectedDigest, name } of report.projections) {
      expect([name, behind, digest]).toEqual([name, 0, expectedDigest]);
      if (name === RESOURCES || name === FEED) expect(lines).toBeGreaterThan(4);
    }
  });

  it('takes what is not published or not projected yet for what it is', async () => {
    await new World(service.store).create({ id: 'https://example.org/e' });
    expect(await verify()).toMatchObject({ ok: true, unpublished: 1 });
    await service.relay();
    const { projections, ...report } = await verify();
    expect(report).toMatchObject({ ok: true, unpublished: 0 });
    expect(projections.some(({ behind }) => behind === 1)).toBe(true);
  });

  it('bears repetitions in the log', async () => {
    const commit = await someCommit();
    await service.log.publish(commit.partition, recordsOf(commit));
    expect(await verify()).toMatchObject({ ok: true, repetitions: 1 });
  });

  it('finds an event that was noted as published and is not in the log', async () => {
    await new World(service.store).create({ id: 'https://example.org/lost' });
    const pending = (await Promise.all([0, 1, 2].map((of) => service.store.pending(partition(of), undefined, 10)))).flat();
    for (const commit of pending) await service.store.published(commit.partition, [commit], offset(0));
    expect(await problemsOf()).toContain('The log lacks 1 events that the event store takes for published.');
  });

  it('finds an event of the log that the event store lacks', async () => {
    const before = service.store.snapshot();
    await new World(service.store).create({ id: 'https://example.org/forgotten' });
    await service.settle();
    service.store.restore(before);
    expect(await problemsOf()).toMatch(/The log has entity\/.*forgotten, which the event store lacks\./);
  });

  it('finds another event in the log than in the event store', async () => {
    const { stream, base, partition: of, events } = await someCommit();
    const [event] = events;
    if (event === undefined) throw new Error('A commit has an event.');
    await service.log.publish(of, [
      { stream, revision: revision(base + 1), event: { ...event, id: `${String(base + 1)}-other` as typeof event.id } },
    ]);
    expect(await problemsOf()).toContain('is in the log as two events');
  });

  it('finds a row that is not what the log gives', async () => {
    const copy = (await service.projections.versions(RESOURCES)).served;
    const commit = await someCommit();
    const [row] = await service.projections.load(RESOURCES, copy?.version ?? 0, [commit.stream]);
    if (row === undefined) throw new Error('There is no row.');
    const mark = await service.projections.watermark(RESOURCES, copy?.version ?? 0, commit.partition);
    const spoiled = { ...row, value: { ...(row.value as object), compacted: '{"spoiled":true}' } };
    const batch = { projection: RESOURCES, version: copy?.version ?? 0, partition: commit.partition, expected: mark, watermark: mark };
    await service.projections.commit([{ ...batch, rows: [spoiled], counters: new Map(), history: [], parked: [] }]);
    expect(await problemsOf()).toMatch(/resources differs from a replay at line \d+: found ".*spoiled/);
  });
});
