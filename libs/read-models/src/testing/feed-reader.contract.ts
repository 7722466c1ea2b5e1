import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epoch, movedTo, offset, offsetIn, partition, type FeedPosition, type LogEntry } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT, withSubject } from '@headwater/event-sourcing/testing';
import { eventCodec, type ProjectRef } from '@headwater/event-contracts';
import { EXAMPLE_PROJECT, type ExampleDocument } from '@headwater/event-contracts/testing';
import { PositionLost, type ChangedItem, type ChangesPage, type FeedReader, type FeedScope } from '../feed/feed.reader.js';
import type { ReadModelSubject } from './read-model-subject.js';
import { World } from './world.js';

const OTHER: ProjectRef = { organization: 'org', project: 'other' };
const ELSEWHERE: ProjectRef = { organization: 'elsewhere', project: 'project' };
const EVERYTHING: FeedScope = { kind: 'global' };

const iri = (name: string): string => `https://example.org/${name}`;
const named = (name: string, version = 1): ExampleDocument => ({ id: iri(name), source: `{"n": ${name.length}.0${String(version)} }` });
const short = ({ row }: ChangedItem): string => row.id.replace('https://example.org/', '');
const offsetsOf = ({ partitions }: FeedPosition): Readonly<Record<string, number>> =>
  Object.fromEntries([...partitions].map(([of, { offset: at }]): [string, number] => [String(of), at]).filter(([, at]) => at >= 0));

/** Whether no partition of `later` lies before the one of `earlier`. */
const isNotBefore = (later: FeedPosition, earlier: FeedPosition): boolean =>
  [...earlier.partitions.keys()].every((of) => offsetIn(later, of) >= offsetIn(earlier, of));

/** Every page from a position on until there is no more. */
async function readAll(reader: FeedReader, project: ProjectRef, since: FeedPosition, limit: number): Promise<ChangesPage> {
  const items: ChangedItem[] = [];
  let position = since;
  for (;;) {
    const page = await reader.changes(project, position, limit);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    expect(isNotBefore(page.position, position)).toBe(true);
    items.push(...page.items);
    ({ position } = page);
    if (!page.more) return { items, position, more: false };
    // Progress: a page that is not the last has an item.
    expect(page.items.length).toBeGreaterThan(0);
  }
}

export interface FeedReaderOptions {
  /** Of the property that pages while writers run. */
  readonly runs?: number;
}

/** What an adapter of `FeedReader` owes. */
export function feedReaderContract(
  name: string,
  makeSubject: () => Promise<ReadModelSubject<FeedReader>>,
  { runs = 20 }: FeedReaderOptions = {},
): void {
  const test = withSubject(makeSubject);

  describe(`${name}, a reader of the feed`, () => {
    describe('changes', () => {
      it(
        'are empty at first',
        test(async ({ reader }) => {
          const start = await reader.start();
          expect(offsetsOf(start)).toEqual({});
          const page = await reader.changes(EXAMPLE_PROJECT, start, 10);
          expect([page.items, page.more, offsetsOf(page.position)]).toEqual([[], false, {}]);
          expect(await reader.head()).toEqual(page.position);
        }),
      );

      it(
        'give the newest state of each item once, in the order of the log, with its source byte for byte',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          for (const one of ['a', 'b', 'c', 'd', 'e']) await world.create(named(one));
          await world.update(named('b', 2), 1);
          await world.update({ id: iri('a'), source: AWKWARD_CONTENT.source }, 1);
          await settle();
          const { items, more } = await reader.changes(EXAMPLE_PROJECT, await reader.start(), 10);
          expect(more).toBe(false);
          expect(items.map(short).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
          const places = items.map(({ row }) => row.partition * 1_000_000 + row.offset);
          expect(places).toEqual([...places].sort((x, y) => x - y));
          const byName = new Map(items.map((item) => [short(item), item]));
          expect(byName.get('a')?.source).toBe(AWKWARD_CONTENT.source);
          expect(byName.get('b')?.source).toBe(named('b', 2).source);
          expect(byName.get('c')?.source).toBe(named('c').source);
          expect(byName.get('b')?.row).toMatchObject({
            ...EXAMPLE_PROJECT,
            id: iri('b'),
            item: true,
            rev: 2,
            contentRev: 2,
            contentBase: 1,
            deprecated: false,
            modified: '2026-01-01T00:00:06.000Z',
          });
        }),
      );

      it(
        'give tombstones, returns and tags, each with the content that it has',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          await world.create(named('gone'));
          await world.deprecate(named('gone'), 1);
          await world.push(named('back'), { kind: 'source', source: 's', sourceId: '1' });
          await world.deletePushed(named('back'));
          await world.push(named('back', 2), { kind: 'source', source: 's', sourceId: '1' });
          await world.create(named('tagged'));
          await world.tag(named('tagged'), 1, 'v1', 1);
          await settle();
          const { items } = await reader.changes(EXAMPLE_PROJECT, await reader.start(), 10);
          const byName = new Map(items.map((item) => [short(item), item]));
          expect(byName.get('gone')).toMatchObject({ row: { rev: 2, contentRev: 1, deprecated: true }, source: named('gone').source });
          // Brought back and changed by one commit of two events.
          expect(byName.get('back')).toMatchObject({
            row: { rev: 4, contentRev: 4, contentBase: 2, deprecated: false, identity: { kind: 'source', source: 's', sourceId: '1' } },
            source: named('back', 2).source,
          });
          expect(byName.get('tagged')).toMatchObject({ row: { rev: 2, contentRev: 1, deprecated: false }, source: named('tagged').source });
          expect(items).toHaveLength(3);
        }),
      );

      it(
        'leave out other projects and entities that are no items, and move past them',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          await world.resolver(named('resolver'));
          for (const one of ['a', 'b', 'c']) await world.create({ ...named(one), project: OTHER });
          await world.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
          await settle();
          const page = await reader.changes(EXAMPLE_PROJECT, await reader.start(), 10);
          expect([page.items, page.more]).toEqual([[], false]);
          expect(page.position).toEqual(await reader.head());
          expect((await reader.changes(OTHER, await reader.start(), 10)).items).toHaveLength(3);
        }),
      );

      it(
        'come in pages of any size that say whether there is more; the last one reaches the head',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
          for (const one of names) await world.create(named(one));
          await world.create({ ...named('x'), project: OTHER });
          await settle();
          const whole = await reader.changes(EXAMPLE_PROJECT, await reader.start(), 100);
          for (const limit of [1, 2, 3, 6, 7, 8]) {
            const first = await reader.changes(EXAMPLE_PROJECT, await reader.start(), limit);
            expect(first.more).toBe(limit < names.length);
            const all = await readAll(reader, EXAMPLE_PROJECT, await reader.start(), limit);
            expect(all.items).toEqual(whole.items);
            expect(all.position).toEqual(await reader.head());
          }
        }),
      );

      it(
        'are the same for the same position and data (deterministic)',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          for (const one of ['a', 'b', 'c', 'd']) await world.create(named(one));
          await settle();
          const start = await reader.start();
          const page = await reader.changes(EXAMPLE_PROJECT, start, 2);
          expect(await reader.changes(EXAMPLE_PROJECT, start, 2)).toEqual(page);
          expect(await reader.changes(EXAMPLE_PROJECT, page.position, 2)).toEqual(await reader.changes(EXAMPLE_PROJECT, page.position, 2));
        }),
      );

      it(
        'bring an item that changes while a reader pages again later (invariant 5: a feed never skips)',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          const names = ['a', 'b', 'c', 'd', 'e', 'f'];
          for (const one of names) await world.create(named(one));
          await settle();
          const seen = new Map<string, number>();
          let position = await reader.start();
          let more = true;
          for (let round = 0; more; round += 1) {
            const page = await reader.changes(EXAMPLE_PROJECT, position, 2);
            for (const item of page.items) seen.set(short(item), item.row.rev);
            const changed = names[round];
            if (changed !== undefined) await world.update(named(changed, 2), 1);
            await settle();
            ({ position } = page);
            ({ more } = page);
            if (!more && round < names.length) more = true;
          }
          const { items } = await readAll(reader, EXAMPLE_PROJECT, position, 2);
          for (const item of items) seen.set(short(item), item.row.rev);
          expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(names.map((one) => [one, 2])));
        }),
      );

      it(
        'since the head are those that were written after it',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          for (const one of ['a', 'b', 'c']) await world.create(named(one));
          await settle();
          const head = await reader.head();
          const idle = await reader.changes(EXAMPLE_PROJECT, head, 10);
          expect([idle.items, idle.more, idle.position]).toEqual([[], false, head]);
          await world.update(named('b', 2), 1);
          await settle();
          expect((await reader.changes(EXAMPLE_PROJECT, head, 10)).items.map(short)).toEqual(['b']);
        }),
      );

      it(`read with any limit while writers run yield every item's last version (invariant 5)`, async () => {
        const names = ['a', 'b', 'c', 'd', 'e'] as const;
        const write = fc.record({ kind: fc.constant('write' as const), name: fc.constantFrom(...names), deletes: fc.boolean() });
        const during = fc.option(fc.constantFrom(...names));
        const read = fc.record({ kind: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 4 }), during });
        const settled = fc.constant({ kind: 'settle' as const });
        const steps = fc.array(
          fc.oneof({ weight: 4, arbitrary: write }, { weight: 3, arbitrary: read }, { weight: 2, arbitrary: settled }),
          {
            minLength: 1,
            maxLength: 30,
          },
        );
        await fc.assert(
          fc.asyncProperty(steps, fc.integer({ min: 1, max: 7 }), (script, lastLimit) =>
            test(async ({ store, reader, settle }) => {
              const world = new World(store);
              const written = new Map<string, { rev: number; deprecated: boolean }>();
              const seen = new Map<string, { rev: number; deprecated: boolean }>();
              let position = await reader.start();
              const take = (page: ChangesPage): void => {
                for (const item of page.items) {
                  const { rev, deprecated } = item.row;
                  // Invariant 3: on one reader, the versions of an item never go backwards.
                  expect(rev).toBeGreaterThan(seen.get(short(item))?.rev ?? 0);
                  seen.set(short(item), { rev, deprecated });
                }
                ({ position } = page);
              };
              let versions = 0;
              const write = async (name: string, deletes: boolean): Promise<void> => {
                versions += 1;
                const { revision: rev } = deletes ? await world.deletePushed(named(name)) : await world.push(named(name, versions));
                if (rev > 0) written.set(name, { rev, deprecated: deletes });
              };
              for (const step of script) {
                if (step.kind === 'settle') await settle();
                else if (step.kind === 'write') await write(step.name, step.deletes);
                else {
                  // A page that is read while an item moves: whichever is first, the item is on this page or on a later one.
                  const moves = step.during === null ? Promise.resolve() : write(step.during, false).then(settle);
                  const [page] = await Promise.all([reader.changes(EXAMPLE_PROJECT, position, step.limit), moves]);
                  expect(isNotBefore(page.position, position)).toBe(true);
                  take(page);
                }
              }
              await settle();
              take(await readAll(reader, EXAMPLE_PROJECT, position, lastLimit));
              expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(written));
            })(),
          ),
          { numRuns: runs },
        );
      });
    });

    describe('history', () => {
      const written = async ({ store, settle }: ReadModelSubject<FeedReader>): Promise<void> => {
        const world = new World(store);
        await world.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
        await world.create(named('a'));
        await world.create({ ...named('b'), project: OTHER });
        await world.update(named('a', 2), 1);
        await world.resolver({ ...named('c'), project: ELSEWHERE });
        await world.deprecate(named('a'), 2);
        await world.create(named('d'));
        await settle();
      };
      const told = (entries: readonly LogEntry[]): readonly string[] =>
        entries.map(({ stream, revision, event }) => {
          const { type } = eventCodec.decode(stream, revision, event);
          return `${type} ${stream.slice(stream.lastIndexOf('/') + 1)}@${String(revision)}`;
        });

      it.each<[FeedScope, readonly string[]]>([
        [
          { kind: 'project', ...EXAMPLE_PROJECT },
          ['ResourceCreated a@1', 'ResourceCreated d@1', 'ResourceDeprecated a@3', 'ResourceUpdated a@2'],
        ],
        [{ kind: 'project', ...OTHER }, ['ResourceCreated b@1']],
        [
          { kind: 'organization', organization: 'org' },
          ['ResourceCreated a@1', 'ResourceCreated b@1', 'ResourceCreated d@1', 'ResourceDeprecated a@3', 'ResourceUpdated a@2'],
        ],
        [{ kind: 'organization', organization: 'elsewhere' }, ['ResolverCreated c@1']],
        [
          { kind: 'global' },
          [
            'ResolverCreated c@1',
            'ResourceCreated a@1',
            'ResourceCreated b@1',
            'ResourceCreated d@1',
            'ResourceDeprecated a@3',
            'ResourceUpdated a@2',
          ],
        ],
        [{ kind: 'organization', organization: 'or' }, []],
      ])('of %j gives its events once, those of an entity in order (invariant 3)', (scope, expected) =>
        test(async (subject) => {
          await written(subject);
          const { reader } = subject;
          const whole = await reader.history(scope, await reader.start(), 100);
          expect([...told(whole.entries)].sort()).toEqual(expected);
          expect(whole.entries.filter(({ stream }) => stream.endsWith('/a')).map(({ revision }) => revision)).toEqual(
            expected.some((one) => one.endsWith('a@1')) ? [1, 2, 3] : [],
          );
          expect([whole.position, whole.more]).toEqual([await reader.head(), false]);
          for (const limit of [1, 2, 3]) {
            const entries: LogEntry[] = [];
            let position = await reader.start();
            for (;;) {
              const page = await reader.history(scope, position, limit);
              expect(isNotBefore(page.position, position)).toBe(true);
              entries.push(...page.entries);
              ({ position } = page);
              if (!page.more) break;
              // Progress: a page that is not the last has an event.
              expect(page.entries.length).toBeGreaterThan(0);
            }
            expect(entries).toEqual(whole.entries);
            expect(position).toEqual(whole.position);
          }
        })(),
      );

      it(
        'gives events as they were stored, at their places in the log',
        test(async ({ store, reader, settle }) => {
          await new World(store).create({ id: iri('a'), source: AWKWARD_CONTENT.source });
          await settle();
          const { entries } = await reader.history(EVERYTHING, await reader.start(), 10);
          const [entry] = entries;
          if (entry === undefined) throw new Error('There is no event.');
          const [commit] = await store.read(entry.stream, entry.revision, entry.revision);
          expect(entry.event).toEqual(commit?.events[0]);
          expect(entry.partition).toBe(commit?.partition);
        }),
      );

      it(
        'goes on where a position was taken from the changes, and the other way round: they are of one log',
        test(async (subject) => {
          await written(subject);
          const { reader } = subject;
          const { position } = await reader.changes(EXAMPLE_PROJECT, await reader.start(), 100);
          expect((await reader.history(EVERYTHING, position, 100)).entries).toEqual([]);
          const history = await reader.history(EVERYTHING, await reader.start(), 100);
          expect((await reader.changes(EXAMPLE_PROJECT, history.position, 100)).items).toEqual([]);
        }),
      );

      it(
        'has an event that cannot be folded, too (invariant 5: a feed never skips)',
        test(async ({ store, reader, settle }) => {
          const stream = await new World(store).poison(iri('poison'));
          await settle();
          const { entries } = await reader.history(EVERYTHING, await reader.start(), 10);
          expect(entries.map((entry) => entry.stream)).toEqual([stream]);
        }),
      );
    });

    describe('verify', () => {
      it(
        'accepts positions that the reader gave',
        test(async ({ store, reader, settle }) => {
          await reader.verify(await reader.start());
          await reader.verify(await reader.head());
          const world = new World(store);
          for (const one of ['a', 'b', 'c']) await world.create(named(one));
          await settle();
          await reader.verify(await reader.head());
          await reader.verify((await reader.changes(EXAMPLE_PROJECT, await reader.start(), 1)).position);
          await reader.verify((await reader.history(EVERYTHING, await reader.start(), 2)).position);
        }),
      );

      it(
        'refuses positions of another log: another epoch, another event at the place, a place that does not exist',
        test(async ({ store, reader, settle }) => {
          const { entries } = await (async () => {
            await new World(store).create(named('a'));
            await settle();
            return reader.history(EVERYTHING, await reader.start(), 1);
          })();
          const [entry] = entries;
          if (entry === undefined) throw new Error('There is no event.');
          const head = await reader.head();
          const another = offset(entry.offset + 1000);
          for (const position of [
            { ...head, epoch: epoch('0000000000000000') },
            movedTo(head, entry.partition, entry.offset, `1-another` as LogEntry['event']['id']),
            movedTo(head, entry.partition, another, entry.event.id),
            movedTo(head, partition(99), entry.offset, entry.event.id),
          ]) {
            await expect(reader.verify(position)).rejects.toThrow(PositionLost);
          }
        }),
      );
    });

    it(
      'gives those who are called back what they were told of, without asking again how far it goes',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        const names: string[] = [];
        let position = await reader.start();
        let asked = Promise.resolve();
        const ask = async (): Promise<void> => {
          const page = await reader.history(EVERYTHING, position, 100, 'told');
          expect(isNotBefore(page.position, position)).toBe(true);
          names.push(...page.entries.map(({ stream }) => stream.slice(stream.lastIndexOf('/') + 1)));
          ({ position } = page);
        };
        const end = reader.onAdvance(() => {
          asked = asked.then(ask);
        });
        for (const name of ['a', 'b', 'c']) {
          await world.create(named(name));
          await settle();
        }
        await expect(eventually(() => names.length >= 3)).resolves.toBe(true);
        end();
        await asked;
        expect([...names].sort()).toEqual(['a', 'b', 'c']);
        expect(position).toEqual(await reader.head());
        // Further than what was told already is no further.
        expect((await reader.history(EVERYTHING, position, 100, 'told')).entries).toEqual([]);
      }),
    );

    it(
      'calls back after the feed has moved on, until it is told not to',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        let calls = 0;
        const end = reader.onAdvance(() => {
          calls += 1;
        });
        await world.create(named('a'));
        await settle();
        await expect(eventually(() => calls > 0)).resolves.toBe(true);
        end();
        const before = calls;
        await world.create(named('b'));
        await settle();
        expect(calls).toBe(before);
      }),
    );
  });
}

/** Whether something becomes true soon: adapters may call back from another thread. */
async function eventually(holds: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  return holds();
}
