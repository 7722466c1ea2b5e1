import { DatabaseSync } from 'node:sqlite';
import { EXAMPLE_PROJECT } from '@headwater/event-contracts/testing';
import { FEED, LINKS, RESOURCES } from '@headwater/read-models';
import { World } from '@headwater/read-models/testing';
import { databasePath } from './data-folder.js';
import { DataFolderInUse, DataFolderUnreadable } from './errors.js';
import { temporaryFolder, temporaryStore, type TemporaryStore } from './testing/temporary.js';
import { verifyDataFolder } from './verify.js';

const iri = (name: string): string => `https://example.org/${name}`;

describe('Verification', () => {
  let subject: TemporaryStore;
  beforeEach(async () => {
    subject = await temporaryStore();
    const world = new World(subject.store);
    await world.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
    for (const name of ['a', 'b', 'c', 'd']) {
      await world.create({
        id: iri(name),
        name: name.toUpperCase(),
        links: [
          { target: iri('hub'), path: [iri('p')] },
          { target: iri('a'), path: [iri('q')] },
        ],
      });
    }
    await world.update({ id: iri('b'), name: 'B2', types: [iri('T')] }, 1);
    await world.tag({ id: iri('b') }, 2, 'v1', 1);
    await world.deprecate({ id: iri('c') }, 1);
    await world.push({ id: iri('pushed') });
    await world.deletePushed({ id: iri('pushed') });
    await world.push({ id: iri('pushed'), source: '{"other":true}' });
    await subject.store.caughtUp();
  });
  afterEach(() => subject.close());

  /** Changes the file behind the store's back. */
  const tamper = async (sql: string): Promise<void> => {
    await subject.store.close();
    const db = new DatabaseSync(databasePath(subject.folder));
    db.exec(sql);
    db.close();
  };
  const problemsAfter = async (sql: string): Promise<readonly string[]> => {
    await tamper(sql);
    const { ok, problems } = await verifyDataFolder(subject.folder);
    expect(ok).toBe(false);
    return problems;
  };

  it('finds nothing wrong with a store that was used', async () => {
    await subject.store.close();
    const report = await verifyDataFolder(subject.folder);
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, events: 12, streams: 6 });
    expect(report.projections.map(({ name, watermark }) => [name, watermark])).toEqual([
      [RESOURCES, 11],
      [LINKS, 11],
      [FEED, 11],
      ['directory', 11],
    ]);
    for (const { digest, expectedDigest, lines } of report.projections) {
      expect(digest).toBe(expectedDigest);
      expect(lines).toBeGreaterThan(0);
    }
    // It can be repeated, and the store opened again: nothing was changed.
    expect(await verifyDataFolder(subject.folder)).toEqual(report);
    const again = await subject.reopen();
    expect((await again.links.incoming({ project: EXAMPLE_PROJECT, id: iri('hub') as never, from: 0, size: 10 })).total).toBe(3);
  });

  it('compares a projection that is behind with the log as far as it has come', async () => {
    await tamper(`DELETE FROM watermarks; DELETE FROM directory_4; DELETE FROM counters_4;
      INSERT INTO watermarks SELECT id, 0, CASE id WHEN 4 THEN -1 ELSE 11 END FROM projection_copies`);
    expect((await verifyDataFolder(subject.folder)).problems).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a hole in the log', 'DELETE FROM log WHERE seq = 3', /offsets are missing/],
    ['a lost event', 'DELETE FROM log WHERE seq = 6', /goes on at revision 3 after 1|said to end/],
    [
      'a stream that forgot its newest event',
      "UPDATE streams SET revision = 1 WHERE name LIKE '%/b'",
      /said to end at revision 1, but its newest event is 3/,
    ],
    [
      'a state that is not the fold',
      `UPDATE log SET after = replace(after, '"tags":[]', '"tags":[{"tag":"x","rev":1}]') WHERE seq = 6`,
      /not what its events fold to/,
    ],
    ['another event id', "UPDATE log SET event_id = '9-x' WHERE seq = 6", /event id 9-x/],
    ['a changed row', "UPDATE resources_1 SET name = 'other' WHERE stream = 2", /resources differs from a replay/],
    ['a wrong total', "UPDATE counters_1 SET total = total + 1 WHERE key LIKE '%|0|'", /resources differs from a replay.*count/],
    ['a missing entry of a list', 'DELETE FROM entries_1 WHERE stream = 2 AND list = 1', /resources differs from a replay/],
    [
      'a document of another event',
      'UPDATE resources_1 SET content = 3 WHERE stream = 2',
      /point to an event that does not have their document/,
    ],
    ['a missing link', 'DELETE FROM edges_2 WHERE stream = 4', /links differs from a replay/],
    ['a wrong total of links', 'UPDATE targets_2 SET incoming = 7 WHERE id = 1', /links differs from a replay.*incoming/],
    ['a row of the feed elsewhere', 'UPDATE feed_3 SET offset = 0 WHERE stream = 2', /lie elsewhere|feed differs/],
    ['a gap in the history', 'DELETE FROM history_3 WHERE offset = 4', /feed differs from a replay/],
    ['a watermark beyond the log', 'UPDATE watermarks SET offset = 99 WHERE copy = 3', /beyond the end of the log/],
    ['half a push', "INSERT INTO receipts VALUES ('p', 3, 99, NULL)", /receipt of push p/],
  ])('finds %s', async (_, sql, expected) => {
    expect((await problemsAfter(sql)).join('\n')).toMatch(expected);
  });

  it('refuses a folder whose service is running', async () => {
    await expect(verifyDataFolder(subject.folder)).rejects.toThrow(DataFolderInUse);
  });

  it('refuses a folder without data', async () => {
    const empty = temporaryFolder();
    await expect(verifyDataFolder(empty.path)).rejects.toThrow(DataFolderUnreadable);
    empty.remove();
  });
});
