import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { baseAt, projectionName, pushId, revision, type EventStore } from '@headwater/event-sourcing';
import { eventCodec } from '@headwater/event-contracts';
import { EXAMPLE_PROJECT, EXAMPLE_SCHEMA } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import { DIRECTORY, FEED, LINKS, PROJECTIONS, RESOURCES, type ListQuery } from '@headwater/read-models';
import { World, streamOf } from '@headwater/read-models/testing';
import { ProjectionRunner } from '@headwater/event-sourcing';
import { Appender } from './appender.js';
import { databasePath } from './data-folder.js';
import { EventReader } from './event-reader.js';
import { putCommit, type Field } from './messages.js';
import { SqliteProjectionStore } from './projection-store.js';
import { SqliteDirectoryReader } from './readers/directory.reader.js';
import { SqliteFeedReader } from './readers/feed.reader.js';
import { SqliteLinksReader } from './readers/links.reader.js';
import { SqliteProgress } from './readers/progress.reader.js';
import { SqliteResourcesReader } from './readers/resources.reader.js';
import { Served } from './readers/served.js';
import { migrate } from './schema.js';
import { ONLY_PARTITION, RecentLog } from './stored-log.js';
import { Streams } from './streams.js';
import { TermReader } from './terms.js';
import { temporaryFolder, type TemporaryFolder } from './testing/temporary.js';

/** A database that remembers what it was asked. */
class RecordingDatabase extends DatabaseSync {
  readonly asked = new Set<string>();

  override prepare(sql: string): StatementSync {
    this.asked.add(sql.replace(/\s+/g, ' ').trim());
    return super.prepare(sql);
  }

  /** The steps of a statement's plan. */
  plan(sql: string): readonly string[] {
    return super
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail));
  }
}

/** Steps that cost more than what they give: walking a whole table or index, and sorting. */
const isExpensive = (step: string): boolean =>
  (step.startsWith('SCAN ') && !/^SCAN (CONSTANT ROW|j VIRTUAL TABLE|\(subquery-\d+\))/.test(step)) || step.includes('TEMP B-TREE');

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;

describe('Every statement of the embedded store', () => {
  let folder: TemporaryFolder;
  let db: RecordingDatabase;

  beforeEach(() => {
    folder = temporaryFolder();
    db = new RecordingDatabase(databasePath(folder.path));
    migrate(db, folder.path);
    db.asked.clear();
  });
  afterEach(() => {
    db.close();
    folder.remove();
  });

  /** The writer's parts on this thread. */
  function writer(): { readonly store: EventStore; readonly projections: SqliteProjectionStore; readonly settle: () => Promise<void> } {
    const streams = new Streams(db, 2);
    const appender = new Appender(db, streams);
    const log = new RecentLog(db, 1);
    const projections = new SqliteProjectionStore(db, streams, (at) => log.kept(at), 2);
    const limit = { entries: 3, characters: 1_000_000 };
    const runner = new ProjectionRunner({ log, store: projections, codec: eventCodec, projections: PROJECTIONS, limit });
    const reader = new EventReader(db, 1_000_000);
    const prepared = runner.prepare();
    const store: EventStore = {
      newest: (names) => reader.newest(names),
      read: (stream, from, to) => reader.read(stream, from, to),
      commits: (keys) => reader.commits(keys),
      receipt: (push) => reader.receipt(push),
      scan: (after) => reader.scan(after),
      partitionFor: () => reader.partitionFor(),
      epoch: () => reader.epoch(),
      tokenKeys: () => reader.tokenKeys(),
      append: async (commits) => {
        const fields: Field[] = [];
        for (const commit of commits) putCommit(fields, commit);
        log.add(appender.append([{ kind: 'each', commits: commits.length }], fields).entries);
        return commits.map(() => ({ status: 'appended' }));
      },
      appendTogether: async (commits, receipt) => {
        const fields: Field[] = [];
        for (const commit of commits) putCommit(fields, commit);
        const unit = { kind: 'together', commits: commits.length, ...(receipt === undefined ? {} : { receipt }) } as const;
        log.add(appender.append([unit], fields).entries);
        return { status: 'appended' };
      },
    };
    return {
      store,
      projections,
      settle: async () => {
        await prepared;
        await runner.catchUp(ONLY_PARTITION);
      },
    };
  }

  async function write(): Promise<SqliteProjectionStore> {
    const { store, projections, settle } = writer();
    const world = new World(store);
    await world.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
    await world.create({ id: iri('a'), types: [iri('T')], links: [{ target: iri('b'), path: [iri('p')] }] });
    await world.create({ id: iri('b'), types: [iri('T'), iri('U')] });
    await settle();
    await world.update({ id: iri('a'), types: [iri('U')], links: [{ target: iri('c'), path: [iri('p')] }] }, 1);
    await world.deprecate({ id: iri('b') }, 1);
    await world.push({ id: iri('pushed') });
    await world.poison(iri('poison'));
    await settle();
    await store.appendTogether([], { push: pushId('push'), written: [] });
    await settle();
    return projections;
  }

  const expensive = (): readonly string[] =>
    [...db.asked].flatMap((sql) => {
      const steps = db.plan(sql).filter(isExpensive);
      return steps.length === 0 ? [] : [`${sql}: ${steps.join('; ')}`];
    });

  it('that a write needs finds what it wants by an index', async () => {
    await write();
    // Asked once at the start, or by an operator.
    expect(expensive().filter((one) => !/FROM (projection_copies|token_keys|parked p .* ORDER BY s\.name)/.test(one))).toEqual([]);
    expect(db.asked.size).toBeGreaterThan(50);
  });

  it('that a reader asks finds what it wants by an index, in order', async () => {
    const projections = await write();
    db.asked.clear();
    const served = new Served(db, new TermReader(db, 2));
    served.switchTo(projections.served(ONLY_PARTITION));
    const resources = new SqliteResourcesReader(served);
    const links = new SqliteLinksReader(served, resources);
    const feed = new SqliteFeedReader(served, 1_000_000);
    const directory = new SqliteDirectoryReader(served);
    const events = new EventReader(db, 1_000_000);
    const progress = new SqliteProgress(served, () => undefined);

    const stream = streamOf({ id: iri('a') });
    await resources.latest(stream);
    await resources.applied(stream);
    await resources.listed(EXAMPLE_PROJECT, [iri('a')]);
    const fields = ['_createdAt', '_updatedAt', '@id'] as const;
    const filters: readonly Partial<ListQuery>[] = [
      {},
      { deprecated: true },
      { types: [iri('U')], deprecated: false },
      { types: [iri('T'), iri('U')] },
      { types: [iri('T'), iri('U')], typeOperator: 'or' },
      { types: [iri('T'), iri('U')], typeOperator: 'or', schema: EXAMPLE_SCHEMA },
    ];
    for (const field of fields) {
      for (const descending of [false, true]) {
        for (const page of [{ from: 0 }, { after: { key: field === '@id' ? iri('a') : 0, id: iri('a') } }]) {
          for (const filter of filters) {
            const all = { project: EXAMPLE_PROJECT, types: [], typeOperator: 'and', size: 2 } as const;
            await resources.list({ ...all, ...filter, sort: { field, descending }, page });
          }
        }
      }
    }
    for (const id of [iri('a'), iri('c')]) {
      await links.incoming({ project: EXAMPLE_PROJECT, id, from: 0, size: 2 });
      for (const includeExternalLinks of [true, false])
        await links.outgoing({ project: EXAMPLE_PROJECT, id, from: 0, size: 2, includeExternalLinks });
    }
    const start = await feed.start();
    await feed.verify(await feed.head());
    await feed.changes(EXAMPLE_PROJECT, start, 2);
    const { organization } = EXAMPLE_PROJECT;
    for (const scope of [{ kind: 'global' }, { kind: 'organization', organization }, { kind: 'project', ...EXAMPLE_PROJECT }] as const) {
      await feed.history(scope, start, 2);
    }
    await directory.project(EXAMPLE_PROJECT);
    for (const deprecated of [undefined, false]) {
      for (const label of [undefined, 'o']) {
        const query = { from: 0, size: 2, ...(deprecated === undefined ? {} : { deprecated }), ...(label === undefined ? {} : { label }) };
        await directory.organizations(query);
        await directory.projects(query);
        await directory.projects({ ...query, organization });
      }
    }
    for (const projection of [RESOURCES, LINKS, FEED, DIRECTORY, projectionName('unknown')])
      await progress.lastApplied(projection, [stream]);
    await events.newest([stream, stream]);
    await events.read(stream, revision(1), revision(2));
    await events.commits([{ stream, base: baseAt(revision(1)) }]);
    await events.receipt(pushId('push'));
    await events.scan();

    // A list is sorted by id where it is shorter than what would have to be walked (`ListPlan`).
    const deliberate = /FROM token_keys|FROM entries_\d+ e WHERE e\.list = \?.* ORDER BY e\.id (ASC|DESC) LIMIT/;
    expect(expensive().filter((one) => !deliberate.test(one))).toEqual([]);
    expect(db.asked.size).toBeGreaterThan(50);
  });
});
