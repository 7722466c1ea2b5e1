import { ProjectionRunner, relayPartition, type Commit } from '@headwater/event-sourcing';
import { InMemoryEventStore } from '@headwater/event-sourcing/testing';
import { eventCodec, projectStream } from '@headwater/event-contracts';
import { EXAMPLE_PROJECT, EXAMPLE_SCHEMA } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import { FEED, LINKS, PROJECTIONS, RESOURCES, type ListQuery, type SortField } from '@headwater/read-models';
import { World, streamOf } from '@headwater/read-models/testing';
import type { CommandStartedEvent, Document } from 'mongodb';
import { PROJECTIONS_COLLECTION } from './copies.js';
import { MongoProjectionsStatus } from './projections-status.js';
import { ReadModelService } from './testing/read-model-service.js';

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;

/** Enough that a plan that walks everything loses against one that does not. */
const ENTITIES = 1500;
const MARKS = 25;
/** Entries of an index that a page may look at: what it walks is the shortest list, and no page here is longer than a dozen. */
const PAGE_ENTRIES = 100;

const EXPLAINED: ReadonlySet<string> = new Set(['find', 'aggregate', 'update', 'delete', 'count', 'findAndModify']);
/** Of a session or of the connection, and not of the question. */
const FRAME: ReadonlySet<string> = new Set(['lsid', 'txnNumber', 'startTransaction', 'autocommit', 'readConcern', 'writeConcern']);

/** One of each kind of command: the same members and operators, whatever their values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))].sort();
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

/** The first statement alone of a command that has several: the others are alike, and the server explains one. */
function explainable(command: Document): Document {
  const members = Object.entries(command).filter(([name]) => !FRAME.has(name) && !name.startsWith('$'));
  return Object.fromEntries(
    members.map(([name, value]) => [name, name === 'updates' || name === 'deletes' ? (value as unknown[]).slice(0, 1) : value]),
  );
}

/** Every stage of a plan, whatever it is nested in. */
function stagesOf(plan: unknown): readonly string[] {
  if (typeof plan !== 'object' || plan === null) return [];
  return Object.entries(plan).flatMap(([name, value]) => {
    // What was not chosen, and the question itself.
    if (name === 'rejectedPlans' || name === 'command') return [];
    if (name === 'stage' && typeof value === 'string') return [value];
    if (name === '$sort') return ['SORT'];
    return stagesOf(value);
  });
}

const EXPENSIVE: ReadonlySet<string> = new Set(['COLLSCAN', 'SORT', 'SORT_KEY_GENERATOR']);

describe('Every question to the read models in MongoDB', () => {
  let service: ReadModelService;
  let commands: Map<string, Document>;
  const poisoned: string[] = [];

  beforeAll(async () => {
    service = await ReadModelService.start({}, { monitorCommands: true });
    await fill(service, poisoned);
  }, 120_000);
  afterAll(() => service.close());

  beforeEach(() => {
    commands = new Map();
    service.test.database.client.on('commandStarted', record);
  });
  afterEach(() => service.test.database.client.off('commandStarted', record));

  function record({ commandName, command }: CommandStartedEvent): void {
    if (!EXPLAINED.has(commandName)) return;
    const plain = explainable(command);
    commands.set(JSON.stringify(shapeOf(plain)), plain);
  }

  /** What was asked that walks a collection or sorts. */
  async function expensive(): Promise<readonly string[]> {
    service.test.database.client.off('commandStarted', record);
    const found: string[] = [];
    for (const command of commands.values()) {
      const [name] = Object.keys(command);
      // A handful of documents, read as a whole.
      if (name === undefined || command[name] === PROJECTIONS_COLLECTION) continue;
      const plan = await service.test.database.db.command({ explain: command, verbosity: 'executionStats' });
      const stages = stagesOf(plan).filter((stage) => EXPENSIVE.has(stage));
      if (stages.length > 0) found.push(`${stages.join(' ')}: ${JSON.stringify(command)}`);
      const { totalKeysExamined: entries = 0 } = (plan['executionStats'] ?? {}) as { readonly totalKeysExamined?: number };
      if ('limit' in command && entries > PAGE_ENTRIES) found.push(`${String(entries)} entries: ${JSON.stringify(command)}`);
    }
    return found;
  }

  const asked = (collection: string): number =>
    [...commands.values()].filter((command) => Object.values(command).some((value) => value === collection)).length;

  it('that a projector asks finds what it wants by an index', async () => {
    const { projections, store, log } = service;
    const world = new World(store);
    world.now += 1_000_000_000;
    await world.update({ id: iri('entity/1'), types: [iri('T')] }, 1);
    await world.deprecate({ id: iri('entity/2') }, 1);
    await world.create({ id: iri('new'), types: [iri('T')], links: [{ target: iri('entity/1'), path: [iri('p')] }] });
    const [stream] = poisoned;
    if (stream === undefined) throw new Error('No stream was poisoned.');
    await service.settle();
    const { served } = await projections.versions(RESOURCES);
    const version = served?.version ?? 0;
    const parked = streamOf({ id: stream });
    await projections.parkedAmong(RESOURCES, version, [parked, streamOf({ id: iri('a') }), streamOf({ id: iri('b') })]);
    await projections.parked(RESOURCES, version, 10);
    await projections.parked(RESOURCES, version, 10, parked);
    await service.runner.redrive(PROJECTIONS[0] ?? fail('There is no projection.'), parked, store);
    await projections.lastApplied(RESOURCES, [parked]);
    await new MongoProjectionsStatus(service.test.database, log).standings([RESOURCES, FEED]);
    expect(asked('resources_1000')).toBeGreaterThan(2);
    expect(asked('parked')).toBeGreaterThan(2);
    expect(await expensive()).toEqual([]);
  });

  it('that a reader asks finds what it wants, in order, by an index', async () => {
    const { resources, links, feed, directory } = service.readers;
    await resources.latest(streamOf({ id: iri('entity/3') }));
    await resources.latest(streamOf({ id: poisoned[0] ?? '' }));
    await resources.applied(streamOf({ id: iri('entity/3') }));
    await resources.listed(EXAMPLE_PROJECT, [iri('entity/3'), iri('entity/4')]);
    for (const query of listings()) {
      const { next, entities, total } = await resources.list(query);
      expect(total).toBeGreaterThanOrEqual(entities.length);
      if (next !== undefined) await resources.list({ ...query, page: { after: next } });
    }
    for (const hub of ['hub', 'twice']) {
      const into = await links.incoming({ project: EXAMPLE_PROJECT, id: iri(hub), from: 3, size: 5 });
      expect(into.links).toHaveLength(5);
    }
    for (const includeExternalLinks of [true, false]) {
      await links.outgoing({ project: EXAMPLE_PROJECT, id: iri('entity/3'), from: 0, size: 5, includeExternalLinks });
    }
    const start = await feed.start();
    const page = await feed.changes(EXAMPLE_PROJECT, start, 10);
    expect(page.items).toHaveLength(10);
    await feed.changes(EXAMPLE_PROJECT, page.position, 10);
    await feed.verify(await feed.head());
    const { organization } = EXAMPLE_PROJECT;
    for (const scope of [{ kind: 'global' }, { kind: 'organization', organization }, { kind: 'project', ...EXAMPLE_PROJECT }] as const) {
      expect((await feed.history(scope, start, 10)).entries).toHaveLength(10);
      await feed.history(scope, page.position, 10);
    }
    await new Promise<void>((resolve) => {
      const end = feed.onAdvance(() => {
        end();
        resolve();
      });
    });
    for (const deprecated of [undefined, false]) {
      for (const label of [undefined, 'o']) {
        const query = { from: 0, size: 2, ...(deprecated === undefined ? {} : { deprecated }), ...(label === undefined ? {} : { label }) };
        await directory.organizations(query);
        await directory.projects(query);
        await directory.projects({ ...query, organization });
      }
    }
    await directory.project(EXAMPLE_PROJECT);
    expect(asked('commits')).toBeGreaterThan(0);
    expect(asked('watermarks')).toBeGreaterThan(0);
    expect(await expensive()).toEqual([]);
  });

  it('that compares copies walks them by an index', async () => {
    for (const projection of [RESOURCES, LINKS, FEED]) {
      let lines = 0;
      for await (const line of service.projections.lines(projection, 1000)) lines += line.length > 0 ? 1 : 0;
      expect(lines).toBeGreaterThan(ENTITIES);
    }
    expect(await expensive()).toEqual([]);
  });

  it('is told apart from one that walks everything (the examination itself)', async () => {
    const rows = service.test.database.db.collection<{ _id: string; updated: number; compacted: string }>('resources_1000');
    await rows.find({ compacted: 'nothing' }).toArray();
    await rows
      .find({ _id: { $gt: '' } })
      .sort({ compacted: 1 })
      .toArray();
    expect(await expensive()).toHaveLength(2);
  });
});

function* listings(): Iterable<ListQuery> {
  const fields: readonly SortField[] = ['_createdAt', '_updatedAt', '@id'];
  const filters: readonly Partial<ListQuery>[] = [
    {},
    { types: [iri('T')] },
    { types: [iri('T'), iri('M1')] },
    { types: [iri('M1'), iri('M2')], typeOperator: 'or' },
    { schema: EXAMPLE_SCHEMA },
    { types: [iri('M1')], schema: EXAMPLE_SCHEMA },
    { types: [iri('M1'), iri('M2')], typeOperator: 'or', schema: EXAMPLE_SCHEMA },
  ];
  for (const field of fields) {
    for (const descending of [false, true]) {
      for (const filter of filters) {
        for (const deprecated of [undefined, false]) {
          yield {
            project: EXAMPLE_PROJECT,
            types: [],
            typeOperator: 'and',
            ...filter,
            ...(deprecated === undefined ? {} : { deprecated }),
            sort: { field, descending },
            page: { from: 0 },
            size: 4,
          };
        }
      }
    }
  }
}

/** Writes as the service does, in memory first: one question for each of the entities would take long. */
async function fill(service: ReadModelService, poisoned: string[]): Promise<void> {
  const memory = new InMemoryEventStore({ partitions: 6 });
  const world = new World(memory);
  for (const label of ['org', 'other', 'one']) await world.organization({ type: 'CreateOrganization', label, uuid: label });
  const settings = { base: iri('base/'), vocab: iri('vocab/'), apiMappings: [], enforceSchema: false };
  const ref = EXAMPLE_PROJECT;
  await world.project({ type: 'CreateProject', ref, uuid: 'p', organizationUuid: 'org', settings });
  expect(projectStream(ref)).toContain(ref.project);
  for (let index = 0; index < ENTITIES; index += 1) {
    const links = [
      { target: iri('hub'), path: [iri('p')] },
      ...(index % 3 === 0 ? [iri('p'), iri('q')].map((path) => ({ target: iri('twice'), path: [path] })) : []),
    ];
    await world.create({ id: iri(`entity/${String(index)}`), types: [iri('T'), iri(`M${String(index % MARKS)}`)], links });
  }
  for (let index = 10; index < 30; index += 1) await world.deprecate({ id: iri(`entity/${String(index)}`) }, 1);
  await world.poison(iri('poison'));
  poisoned.push(iri('poison'));
  const commits: Commit[] = [];
  let page = await memory.scan();
  for (;;) {
    commits.push(...page.commits);
    if (page.next === undefined) break;
    page = await memory.scan(page.next);
  }
  commits.sort((a, b) => a.base - b.base);
  for (const of of new Set(commits.map(({ base }) => base))) await service.store.append(commits.filter(({ base }) => base === of));
  for (const partition of memory.partitions) await relayPartition(memory, service.log, partition, { commits: 500, characters: 1e9 });
  // They are in the log.
  for (const partition of memory.partitions) {
    const end = await service.log.last(partition);
    await service.store.published(
      partition,
      commits.filter((commit) => commit.partition === partition),
      end,
    );
  }
  const runner = new ProjectionRunner({
    log: service.log,
    store: service.projections,
    codec: eventCodec,
    projections: PROJECTIONS,
    limit: { entries: 500, characters: 64_000_000 },
  });
  await runner.prepare();
  for (const partition of memory.partitions) await runner.catchUp(partition);
}

function fail(reason: string): never {
  throw new Error(reason);
}
