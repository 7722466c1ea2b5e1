import { describe, expect, it } from '@jest/globals';
import { withSubject } from '@headwater/event-sourcing/testing';
import { EXAMPLE_PROJECT } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import type { LinksPage, LinksQuery, LinksReader } from '../links/links.reader.js';
import type { ReadModelSubject } from './read-model-subject.js';
import { World } from './world.js';

const OTHER = { organization: 'org', project: 'other' };

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;
const asked = (name: string, from = 0, size = 100): LinksQuery => ({ project: EXAMPLE_PROJECT, id: iri(name), from, size });
const outgoing = (name: string, includeExternalLinks = true, from = 0, size = 100): LinksQuery & { includeExternalLinks: boolean } => ({
  ...asked(name, from, size),
  includeExternalLinks,
});
const linkTo = (target: string, ...path: string[]): { target: string; path: string[] } => ({ target: iri(target), path: path.map(iri) });
const short = (id: string): string => id.replace('https://example.org/', '');
const shortened = ({ links }: LinksPage): readonly string[] => links.map(({ id, path }) => `${short(id)} by ${path.map(short).join('/')}`);

/** What an adapter of `LinksReader` owes. */
export function linksReaderContract(name: string, makeSubject: () => Promise<ReadModelSubject<LinksReader>>): void {
  const test = withSubject(makeSubject);

  describe(`${name}, a reader of links`, () => {
    it(
      'gives outgoing links in the order of the document, with what is known of their targets',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        const links = [linkTo('z', 'knows'), { ...linkTo('b', 'made', 'by'), types: [iri('Movie')] }, linkTo('a', 'knows')];
        await world.create({ id: iri('x'), links });
        await world.create({ id: iri('a'), name: 'A' });
        await settle();
        const page = await reader.outgoing(outgoing('x'));
        expect(page.total).toBe(3);
        expect(shortened(page)).toEqual(['z by knows', 'b by made/by', 'a by knows']);
        expect(page.links.map(({ types }) => types)).toEqual([[], [iri('Movie')], []]);
        expect(page.links.map(({ entity }) => entity?.entity.id)).toEqual([undefined, undefined, iri('a')]);
        expect(page.links[2]?.entity).toMatchObject({ entity: { rev: 1, deprecated: false }, labels: { name: 'A' } });
      }),
    );

    it(
      'leaves external links out of page and total, where asked to',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        await world.create({ id: iri('x'), links: [linkTo('out', 'p'), linkTo('a', 'p'), linkTo('elsewhere', 'p'), linkTo('b', 'p')] });
        await world.create({ id: iri('a') });
        await world.resolver({ id: iri('b') });
        await world.create({ id: iri('elsewhere'), project: OTHER });
        await settle();
        const page = await reader.outgoing(outgoing('x', false));
        expect([shortened(page), page.total]).toEqual([['a by p', 'b by p'], 2]);
        const second = await reader.outgoing(outgoing('x', false, 1, 1));
        expect([shortened(second), second.total]).toEqual([['b by p'], 2]);
        expect((await reader.outgoing(outgoing('x', true))).total).toBe(4);
      }),
    );

    it(
      'gives incoming links of the project, deprecated ones too, by source and path',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        await world.create({ id: iri('b'), links: [linkTo('x', 'q'), linkTo('x', 'p'), linkTo('y', 'p')] });
        await world.create({ id: iri('a'), name: 'A', links: [linkTo('x', 'p', 'r')] });
        await world.create({ id: iri('c'), project: OTHER, links: [linkTo('x', 'p')] });
        await world.create({ id: iri('d'), links: [linkTo('xx', 'p')] });
        await world.deprecate({ id: iri('a') }, 1);
        await settle();
        const page = await reader.incoming(asked('x'));
        expect([shortened(page), page.total]).toEqual([['a by p/r', 'b by p', 'b by q'], 3]);
        expect(page.links[0]?.entity).toMatchObject({ entity: { id: iri('a'), rev: 2, deprecated: true }, labels: { name: 'A' } });
      }),
    );

    it(
      'pages, with the total of all pages',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        const targets = ['t0', 't1', 't2', 't3', 't4'];
        await world.create({ id: iri('x'), links: targets.map((target) => linkTo(target, 'p')) });
        for (const source of ['s0', 's1', 's2', 's3']) await world.create({ id: iri(source), links: [linkTo('x', 'p')] });
        await settle();
        for (const from of [0, 2, 4, 5]) {
          const out = await reader.outgoing(outgoing('x', true, from, 2));
          expect([out.links.map(({ id }) => short(id)), out.total]).toEqual([targets.slice(from, from + 2), 5]);
        }
        const into = await reader.incoming(asked('x', 1, 2));
        expect([into.links.map(({ id }) => short(id)), into.total]).toEqual([['s1', 's2'], 4]);
        expect(await reader.incoming(asked('x', 4, 2))).toEqual({ total: 4, links: [] });
      }),
    );

    it(
      'leaves out what a resource links to itself',
      test(async ({ store, reader, settle }) => {
        await new World(store).create({ id: iri('x'), links: [linkTo('x', 'p'), linkTo('y', 'p')] });
        await settle();
        expect(shortened(await reader.outgoing(outgoing('x')))).toEqual(['y by p']);
        expect((await reader.outgoing(outgoing('x'))).total).toBe(1);
        expect(await reader.incoming(asked('x'))).toEqual({ total: 0, links: [] });
      }),
    );

    it(
      'follows updates: the newest content alone links',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        await world.create({ id: iri('x'), links: [linkTo('old', 'p'), linkTo('both', 'p')] });
        await world.create({ id: iri('z'), links: [linkTo('both', 'p')] });
        await world.update({ id: iri('x'), links: [linkTo('both', 'q'), linkTo('new', 'p')] }, 1);
        await world.tag({ id: iri('x') }, 2, 'v1', 1);
        await settle();
        expect(shortened(await reader.outgoing(outgoing('x')))).toEqual(['both by q', 'new by p']);
        expect((await reader.incoming(asked('old'))).total).toBe(0);
        expect(shortened(await reader.incoming(asked('new')))).toEqual(['x by p']);
        expect(shortened(await reader.incoming(asked('both')))).toEqual(['x by q', 'z by p']);
        await world.update({ id: iri('x'), links: [] }, 3);
        await settle();
        expect(await reader.outgoing(outgoing('x'))).toEqual({ total: 0, links: [] });
        expect(shortened(await reader.incoming(asked('both')))).toEqual(['z by p']);
      }),
    );

    it(
      'knows no links of an id that nothing has or names',
      test(async ({ reader }) => {
        expect(await reader.outgoing(outgoing('never'))).toEqual({ total: 0, links: [] });
        expect(await reader.incoming(asked('never'))).toEqual({ total: 0, links: [] });
      }),
    );
  });
}
