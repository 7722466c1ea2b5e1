import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { offset, streamName, type Revision } from '@headwater/event-sourcing';
import { Chaos, chaosScript, digestOf, InMemoryProjectionStore } from '@headwater/event-sourcing/testing';
import { projectStream } from '@headwater/event-contracts';
import { EXAMPLE_PROJECT, type ExampleDocument } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import { FEED } from '../feed/feed.projection.js';
import { PROJECTIONS } from '../projections.js';
import { RESOURCES, counterKey, type EntityRow } from '../resources/resources.projection.js';
import { InMemoryService } from './in-memory-service.js';
import { World, streamOf } from './world.js';

const iri = (index: number): string => `https://example.org/${String(index)}`;
const ITEMS = 6;
const TYPES = ['https://example.org/T', 'https://example.org/U'] as const;

/** One of the things that may happen to one of a few resources, pushed ones and others. */
async function writeSomething(world: World, service: InMemoryService, pick: number): Promise<unknown> {
  const index = pick % ITEMS;
  const document: ExampleDocument = {
    id: iri(index),
    types: TYPES.filter((_, at) => ((pick >> (4 + at)) & 1) === 1),
    name: `name ${String(pick % 97)}`,
    links: [{ target: iri((pick >> 3) % (ITEMS + 2)), path: ['https://example.org/p'] }],
  };
  const [newest] = await service.store.newest([streamOf(document)]);
  const rev = newest?.revision ?? 0;
  const deprecated = newest?.after.includes('"deprecated":true') ?? false;
  switch ((pick >> 8) % 6) {
    case 0:
      return world.deletePushed(document);
    case 1:
      if (rev > 0 && !deprecated) return world.tag(document, rev, `tag${String(pick % 3)}`, 1 + (pick % rev));
      return world.push(document);
    case 2:
      if (rev > 0) return deprecated ? world.undeprecate(document, rev) : world.deprecate(document, rev);
      return world.create(document, 'first');
    case 3:
      if (rev > 0 && !deprecated) return world.update(document, rev);
      return world.push(document);
    case 4:
      return createProject(world, service, `p${String(pick)}`);
    default:
      return world.push(document, { kind: 'source', source: 's', sourceId: String(index) });
  }
}

/** Where there is none of that name yet. */
async function createProject(world: World, service: InMemoryService, label: string): Promise<void> {
  const ref = { organization: 'org', project: label };
  const [newest] = await service.store.newest([projectStream(ref)]);
  if (newest !== undefined) return;
  const settings = {
    base: 'https://example.org/b/' as Iri,
    vocab: 'https://example.org/v/' as Iri,
    apiMappings: [],
    enforceSchema: false,
  };
  await world.project({ type: 'CreateProject', ref, uuid: 'u', organizationUuid: 'o', settings });
}

async function replayed(service: InMemoryService): Promise<readonly unknown[]> {
  const projections = new InMemoryProjectionStore();
  const runner = service.anotherRunner({ entries: 10_000, characters: 1e9 }, projections);
  await runner.prepare();
  for (const partition of service.store.partitions) await runner.catchUp(partition);
  return PROJECTIONS.map(({ name }) => digestOf(projections.served(name)));
}

describe('Whatever happens to relays and projectors', () => {
  it('rows, counters, links and feed are those of a straight replay (invariants 1, 3 and 4)', async () => {
    await fc.assert(
      fc.asyncProperty(chaosScript({ maxLength: 50 }), async (script) => {
        const service = await InMemoryService.start();
        const world = new World(service.store);
        const chaos = new Chaos({
          store: service.store,
          log: service.log,
          projections: service.projections,
          names: PROJECTIONS.map(({ name }) => name),
          newRunner: () => service.anotherRunner({ entries: 3, characters: 1e9 }),
          write: async (pick) => {
            await writeSomething(world, service, pick);
          },
        });
        await chaos.run(script);
        await chaos.settle(async () => {
          expect(PROJECTIONS.map(({ name }) => digestOf(service.projections.served(name)))).toEqual(await replayed(service));
        });
        await expectToAgree(service);
      }),
      { numRuns: 40 },
    );
  });
});

/** The read models against the event store, and against each other. */
async function expectToAgree(service: InMemoryService): Promise<void> {
  const streams = Array.from({ length: ITEMS }, (_, index) => streamOf({ id: iri(index) }));
  const resources = service.projections.served(RESOURCES);
  const counted = { active: 0, deprecated: 0 };
  for (const [index, newest] of (await service.store.newest(streams)).entries()) {
    const row = resources.row(streams[index] ?? streamOf({ id: '' }));
    // Invariant 1: what was acknowledged is in the projection, and what is there is the state that the store decided on.
    expect(row?.revision).toBe(newest?.revision);
    if (row === undefined || newest === undefined) continue;
    const { entity } = row.value as EntityRow;
    expect({ format: 1, ...entity }).toEqual(JSON.parse(newest.after));
    counted[entity.deprecated ? 'deprecated' : 'active'] += 1;
  }
  const { organization, project } = EXAMPLE_PROJECT;
  expect(resources.counter(counterKey(organization, project, false, ''))).toBe(counted.active);
  expect(resources.counter(counterKey(organization, project, true, ''))).toBe(counted.deprecated);
  // Invariant 5: the history has every event once, and reading the feed gives each item's last version.
  const history = await service.feed.history({ kind: 'global' }, await service.feed.start(), 10_000);
  const seen = new Map<string, Revision[]>();
  for (const { stream, revision } of history.entries) seen.set(stream, [...(seen.get(stream) ?? []), revision]);
  for (const [stream, revisions] of seen) {
    expect(revisions).toEqual(
      Array.from({ length: service.projections.served(FEED).row(streamName(stream))?.revision ?? 0 }, (_, at) => at + 1),
    );
  }
  const { items } = await service.feed.changes(EXAMPLE_PROJECT, await service.feed.start(), 10_000);
  expect(items.map(({ row }) => [row.id, row.rev]).sort()).toEqual(
    [...seen]
      .filter(([stream]) => stream.startsWith(`entity/${organization}/${project}/`))
      .map(([stream, revisions]) => [stream.slice(`entity/${organization}/${project}/`.length), revisions.at(-1)])
      .sort(),
  );
  for (const partition of service.store.partitions) {
    const last = (await service.log.read(partition, offset(-1), { entries: 100_000, characters: 1e9 })).at(-1)?.offset ?? -1;
    expect(service.projections.served(FEED).watermark(partition)).toBe(last);
  }
}
