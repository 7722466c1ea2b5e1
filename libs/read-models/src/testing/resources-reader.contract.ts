import { describe, expect, it } from '@jest/globals';
import { withSubject } from '@headwater/event-sourcing/testing';
import type { ProjectRef } from '@headwater/event-contracts';
import { EXAMPLE_PROJECT, EXAMPLE_SCHEMA, exampleContent } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import type { ListCursor, ListPage, ListQuery, ResourcesReader } from '../resources/resources.reader.js';
import type { ReadModelSubject } from './read-model-subject.js';
import { World, streamOf } from './world.js';

const ALL: ListQuery = {
  project: EXAMPLE_PROJECT,
  types: [],
  typeOperator: 'and',
  sort: { field: '_createdAt', descending: false },
  page: { from: 0 },
  size: 100,
};
const OTHER: ProjectRef = { organization: 'org', project: 'other' };
const SIBLING: ProjectRef = { organization: 'org', project: 'project2' };

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;
const iris = (...names: string[]): readonly Iri[] => names.map(iri);
const idsOf = ({ entities }: ListPage): readonly string[] => entities.map(({ entity }) => entity.id.replace('https://example.org/', ''));

/** What an adapter of `ResourcesReader` owes. */
export function resourcesReaderContract(name: string, makeSubject: () => Promise<ReadModelSubject<ResourcesReader>>): void {
  const test = withSubject(makeSubject);

  describe(`${name}, a reader of resources`, () => {
    describe('latest', () => {
      it(
        'knows nothing of what was never written',
        test(async ({ reader }) => {
          expect(await reader.latest(streamOf({ id: iri('never') }))).toEqual({ newest: 0 });
        }),
      );

      it(
        'gives the row as it was projected, at its newest revision',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          const document = { id: iri('a'), types: ['https://example.org/T', 'https://example.org/U'], name: 'Jörg \u{1f600}' };
          await world.create(document, 'v1');
          const { state } = await world.update({ ...document, name: 'Anna', source: '{"name": "Anna", "n": 1.0}' }, 1);
          await settle();
          const { row, newest, parkedAt } = await reader.latest(streamOf(document));
          expect([newest, row?.revision, parkedAt]).toEqual([2, 2, undefined]);
          expect(row?.stream).toBe(streamOf(document));
          expect(row?.eventId).toMatch(/^2-/);
          expect(row?.value).toEqual({
            entity: state,
            compacted: exampleContent({ ...document, name: 'Anna' }).content.compacted,
            labels: { name: 'Anna' },
          });
        }),
      );

      it(
        'knows the newest revision at once, however far the projection is (invariant 6)',
        test(async ({ store, reader }) => {
          const world = new World(store);
          const document = { id: iri('a') };
          for (const rev of [0, 1, 2, 3]) {
            await (rev === 0 ? world.create(document) : world.update(document, rev));
            const { row, newest } = await reader.latest(streamOf(document));
            expect(newest).toBe(rev + 1);
            expect(row?.revision ?? 0).toBeLessThanOrEqual(rev + 1);
          }
        }),
      );

      it(
        'names the revision at which a stream is parked',
        test(async ({ store, reader, settle }) => {
          const stream = await new World(store).poison(iri('poison'));
          await settle();
          expect(await reader.latest(stream)).toEqual({ newest: 1, parkedAt: 1 });
        }),
      );

      it(
        'serves resolvers too',
        test(async ({ store, reader, settle }) => {
          const document = { id: iri('resolver'), types: ['https://example.org/Resolver'] };
          const { state } = await new World(store).resolver(document);
          await settle();
          const { row } = await reader.latest(streamOf(document));
          expect(row?.value.entity).toEqual(state);
        }),
      );
    });

    describe('applied', () => {
      it(
        'gives the row that was applied last, whatever was written since',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          const document = { id: iri('a'), types: ['https://example.org/T'], name: 'Ada' };
          expect(await reader.applied(streamOf(document))).toBeUndefined();
          await world.create(document);
          await settle();
          const row = await reader.applied(streamOf(document));
          expect(row).toEqual((await reader.latest(streamOf(document))).row);
          expect(row?.value.labels).toEqual({ name: 'Ada' });
          await world.update({ ...document, name: 'Anna' }, 1);
          const since = await reader.applied(streamOf(document));
          expect([1, 2]).toContain(since?.revision);
          await settle();
          expect((await reader.applied(streamOf(document)))?.revision).toBe(2);
        }),
      );

      it(
        'gives the last row of a stream that is parked, and none where it never had one',
        test(async ({ store, reader, settle }) => {
          const stream = await new World(store).poison(iri('poison'));
          await settle();
          expect(await reader.applied(stream)).toBeUndefined();
        }),
      );
    });

    describe('list', () => {
      /** a to f, a second apart: e and f have type T, b and f are deprecated, d is of another schema, one is a resolver. */
      const written = async ({ store, settle }: ReadModelSubject<ResourcesReader>): Promise<World> => {
        const world = new World(store);
        const [T, U] = ['https://example.org/T', 'https://example.org/U'];
        await world.create({ id: iri('c') });
        await world.create({ id: iri('b'), types: [U] });
        await world.create({ id: iri('e'), types: [U, T] });
        await world.create({ id: iri('f'), types: [T] });
        await world.create({ id: iri('d'), schema: 'https://example.org/schema' });
        await world.resolver({ id: iri('a') });
        await world.create({ id: iri('x'), project: OTHER, types: [T] });
        await world.create({ id: iri('y'), project: SIBLING, types: [T] });
        await world.deprecate({ id: iri('b') }, 1);
        await world.deprecate({ id: iri('f') }, 1);
        await world.update({ id: iri('c'), name: 'changed' }, 1);
        await settle();
        return world;
      };

      it(
        'gives the entities of one project, by creation, with their metadata and labels',
        test(async (subject) => {
          await written(subject);
          const page = await subject.reader.list(ALL);
          expect(idsOf(page)).toEqual(['c', 'b', 'e', 'f', 'd', 'a']);
          expect(page.total).toBe(6);
          expect(page.next).toBeUndefined();
          const [first] = page.entities;
          const { row } = await subject.reader.latest(streamOf({ id: iri('c') }));
          expect(first?.entity).toEqual(row?.value.entity);
          expect(first?.labels).toEqual({ name: 'changed' });
          expect(idsOf(await subject.reader.list({ ...ALL, project: OTHER }))).toEqual(['x']);
        }),
      );

      it.each<[ListQuery['sort'], readonly string[]]>([
        [{ field: '_createdAt', descending: true }, ['a', 'd', 'f', 'e', 'b', 'c']],
        [{ field: '_updatedAt', descending: false }, ['e', 'd', 'a', 'b', 'f', 'c']],
        [{ field: '_updatedAt', descending: true }, ['c', 'f', 'b', 'a', 'd', 'e']],
        [{ field: '@id', descending: false }, ['a', 'b', 'c', 'd', 'e', 'f']],
        [{ field: '@id', descending: true }, ['f', 'e', 'd', 'c', 'b', 'a']],
      ])('sorts by %j, and pages in that order', (sort, order) =>
        test(async (subject) => {
          await written(subject);
          expect(idsOf(await subject.reader.list({ ...ALL, sort }))).toEqual(order);
          const paged: string[] = [];
          let page: ListQuery['page'] = { from: 0 };
          for (let pages = 0; pages < 4; pages += 1) {
            const found = await subject.reader.list({ ...ALL, sort, page, size: 2 });
            expect(found.total).toBe(6);
            paged.push(...idsOf(found));
            expect(found.next === undefined).toBe(paged.length === 6);
            if (found.next === undefined) break;
            page = { after: found.next };
          }
          expect(paged).toEqual(order);
        })(),
      );

      it(
        'orders what was created at the same instant by id, and pages through it without loss',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          world.frozen = true;
          const names = ['d', 'a', '\u{1f600}', 'b', 'e', 'c'];
          for (const one of names) await world.create({ id: iri(one) });
          await settle();
          const order = ['a', 'b', 'c', 'd', 'e', '\u{1f600}'];
          for (const descending of [false, true]) {
            const sort = { field: '_createdAt', descending } as const;
            const paged: string[] = [];
            let after: ListCursor | undefined;
            do {
              const page: ListPage = await reader.list({ ...ALL, sort, page: after === undefined ? { from: 0 } : { after }, size: 4 });
              paged.push(...idsOf(page));
              after = page.next;
            } while (after !== undefined);
            expect(paged).toEqual(descending ? [...order].reverse() : order);
          }
        }),
      );

      it(
        'pages by number, with the total of all pages',
        test(async (subject) => {
          await written(subject);
          const { reader } = subject;
          const page = await reader.list({ ...ALL, page: { from: 2 }, size: 3 });
          expect([idsOf(page), page.total, page.next === undefined]).toEqual([['e', 'f', 'd'], 6, false]);
          const last = await reader.list({ ...ALL, page: { from: 3 }, size: 3 });
          expect([idsOf(last), last.total, last.next]).toEqual([['f', 'd', 'a'], 6, undefined]);
          expect(await reader.list({ ...ALL, page: { from: 6 }, size: 3 })).toEqual({ total: 6, entities: [] });
        }),
      );

      it.each<[string, Partial<ListQuery>, readonly string[]]>([
        ['deprecated ones', { deprecated: true }, ['b', 'f']],
        ['others', { deprecated: false }, ['c', 'e', 'd', 'a']],
        ['one type', { types: iris('T') }, ['e', 'f']],
        ['all of several types (resources.md, ruling 2)', { types: iris('T', 'U') }, ['e']],
        ['any of several types', { types: iris('T', 'U'), typeOperator: 'or' }, ['b', 'e', 'f']],
        ['types and deprecated', { types: iris('T', 'U'), typeOperator: 'or', deprecated: true }, ['b', 'f']],
        ['a type that nothing has', { types: iris('T', 'V') }, []],
        ['no types with or', { typeOperator: 'or' }, ['c', 'b', 'e', 'f', 'd', 'a']],
        ['a schema', { schema: iri('schema') }, ['d']],
        ['a schema and deprecated', { schema: EXAMPLE_SCHEMA, deprecated: true }, ['b', 'f']],
        ['schema, types and not deprecated', { schema: EXAMPLE_SCHEMA, types: iris('T'), deprecated: false }, ['e']],
        ['one type and not deprecated', { types: iris('U'), deprecated: false }, ['e']],
      ])('filters by %s, with the exact total', (_, filter, expected) =>
        test(async (subject) => {
          await written(subject);
          const page = await subject.reader.list({ ...ALL, ...filter });
          expect([idsOf(page), page.total]).toEqual([expected, expected.length]);
          const [first] = expected;
          const one = await subject.reader.list({ ...ALL, ...filter, size: 1 });
          expect([idsOf(one), one.total]).toEqual([first === undefined ? [] : [first], expected.length]);
        })(),
      );

      it(
        'follows changes of type, schema and deprecation, in lists and totals',
        test(async ({ store, reader, settle }) => {
          const world = new World(store);
          const total = async (filter: Partial<ListQuery>): Promise<number> => (await reader.list({ ...ALL, ...filter })).total;
          const counts = async (): Promise<readonly number[]> => {
            await settle();
            return Promise.all([{}, { types: iris('T') }, { types: iris('U') }, { schema: iri('s') }, { deprecated: true }].map(total));
          };
          const a = { id: iri('a'), types: iris('T') };
          const b = { id: iri('b'), types: iris('T') };
          await world.create(a);
          await world.create(b);
          expect(await counts()).toEqual([2, 2, 0, 0, 0]);
          await world.update({ ...a, types: iris('U'), schema: iri('s') }, 1);
          expect(await counts()).toEqual([2, 1, 1, 1, 0]);
          await world.deprecate(a, 2);
          expect(await counts()).toEqual([2, 1, 1, 1, 1]);
          await world.undeprecate(a, 3);
          await world.update({ ...a, types: iris('T', 'U') }, 4);
          expect(await counts()).toEqual([2, 2, 1, 0, 0]);
        }),
      );

      it(
        'gives an empty page of a project without entities',
        test(async ({ reader }) => {
          expect(await reader.list({ ...ALL, project: { organization: 'org', project: 'empty' } })).toEqual({ total: 0, entities: [] });
        }),
      );
    });

    it(
      'finds entities of a project by id, in the order asked',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        await world.create({ id: iri('a'), name: 'A' });
        await world.create({ id: iri('b'), project: OTHER });
        await world.resolver({ id: iri('r') });
        await settle();
        const found = await reader.listed(EXAMPLE_PROJECT, [iri('r'), iri('b'), iri('a'), iri('r')]);
        expect(found.map((one) => one?.entity.id)).toEqual([iri('r'), undefined, iri('a'), iri('r')]);
        expect(found[2]?.labels).toEqual({ name: 'A' });
        expect(await reader.listed(EXAMPLE_PROJECT, [])).toEqual([]);
      }),
    );
  });
}
