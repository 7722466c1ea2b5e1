import fc from 'fast-check';
import { EXAMPLE_PROJECT, EXAMPLE_SCHEMA, type ExampleDocument } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import type { LinksReader } from '../links/links.reader.js';
import type { ListQuery, ResourcesReader } from '../resources/resources.reader.js';
import type { World } from './world.js';

/*
 * Histories of a few entities that meet in everything that lists and links tell: what an adapter says of one is what the reference says.
 */

const NAMES = ['a', 'b', 'c', 'd'] as const;
const TYPES = ['T', 'U', 'V'] as const;

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;

/** A command of a history, given the revisions that the entities have come to. */
export type HistoryStep = (world: World, revisions: Map<string, number>) => Promise<void>;

/** A command with the revision that is right for it; one that is refused changes nothing, here as there. */
const step = (act: (world: World, document: ExampleDocument, rev: number) => Promise<unknown>, document: ExampleDocument): HistoryStep => {
  return async (world, revisions) => {
    const rev = revisions.get(document.id) ?? 0;
    try {
      const written = (await act(world, document, rev)) as { readonly revision: number };
      revisions.set(document.id, written.revision);
    } catch {
      // Refused.
    }
  };
};

const documents: fc.Arbitrary<ExampleDocument> = fc.record({
  id: fc.constantFrom(...NAMES).map(iri),
  types: fc.subarray([...TYPES]).map((types) => types.map(iri)),
  name: fc.constantFrom('x', 'y'),
  schema: fc.constantFrom(EXAMPLE_SCHEMA, iri('schema')),
  links: fc.uniqueArray(
    fc.record({
      target: fc.constantFrom(...NAMES, 'elsewhere').map(iri),
      path: fc.subarray(['p', 'q', 'r'], { minLength: 1 }).map((path) => path.map(iri)),
    }),
    { maxLength: 4, selector: ({ target, path }) => [target, ...path].join(' ') },
  ),
});

/** A step of a history, of any kind. */
export const historySteps: fc.Arbitrary<HistoryStep> = documents.chain((document) =>
  fc.constantFrom(
    step((world, one) => world.create(one), document),
    step((world, one, rev) => world.update(one, rev), document),
    step((world, one, rev) => world.update(one, rev), document),
    step((world, one, rev) => world.tag(one, rev, 'v1', 1), document),
    step((world, one, rev) => world.deprecate(one, rev), document),
    step((world, one, rev) => world.undeprecate(one, rev), document),
    step((world, one) => world.push(one), document),
    step((world, one) => world.deletePushed(one), document),
  ),
);

/** Everything that lists and links say of a history. */
export async function told(resources: ResourcesReader, links: LinksReader): Promise<unknown> {
  const answers: unknown[] = [];
  const filters: readonly Partial<ListQuery>[] = [
    {},
    { deprecated: false },
    { types: [iri('T')] },
    { types: [iri('T'), iri('U')] },
    { types: [iri('U'), iri('V')], typeOperator: 'or', deprecated: false },
    { schema: iri('schema') },
    { schema: iri('schema'), types: [iri('V')] },
  ];
  for (const filter of filters) {
    for (const field of ['_createdAt', '_updatedAt', '@id'] as const) {
      for (const descending of [false, true]) {
        const base = { project: EXAMPLE_PROJECT, types: [], typeOperator: 'and', sort: { field, descending }, ...filter } as const;
        answers.push(await resources.list({ ...base, page: { from: 0 }, size: 10 }));
        const first = await resources.list({ ...base, page: { from: 1 }, size: 1 });
        answers.push(first);
        if (first.next !== undefined) answers.push(await resources.list({ ...base, page: { after: first.next }, size: 2 }));
      }
    }
  }
  for (const name of [...NAMES, 'elsewhere']) {
    const query = { project: EXAMPLE_PROJECT, id: iri(name), from: 0, size: 10 };
    answers.push(await links.incoming(query), await links.incoming({ ...query, from: 1, size: 1 }));
    for (const includeExternalLinks of [true, false]) answers.push(await links.outgoing({ ...query, includeExternalLinks }));
  }
  return answers;
}

/** Writes a history through the deciders. */
export async function writeHistory(world: World, script: readonly HistoryStep[]): Promise<void> {
  const revisions = new Map<string, number>();
  for (const one of script) await one(world, revisions);
}
