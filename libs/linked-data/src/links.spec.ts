import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linksOf } from './links.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { NXV, RDF } from './vocabulary.js';

const ex = (name: string): string => `https://example.org/${name}`;
const ref = (name: string): JsonObject => ({ '@id': ex(name) });
const brief = (root: JsonObject): readonly string[] =>
  linksOf(root).map(({ target, path, types }) => [...path, target, ...types.map((type) => `(${type})`)].join(' ').replaceAll(ex(''), ''));

describe('The links of a document (spec/resources.md 3.9)', () => {
  it('are hawkeye to radar and mash', () => {
    const hawkeye = { '@id': ex('hawkeye'), [ex('friend')]: [ref('radar')], [ex('in')]: [{ '@id': ex('mash'), '@type': [ex('Movie')] }] };
    expect(brief(hawkeye)).toEqual(['friend radar', 'in mash (Movie)']);
  });

  it('go through nodes with and without an id, and name every predicate on the way', () => {
    const root = {
      '@id': ex('r'),
      [ex('a')]: [{ [ex('b')]: [{ '@id': ex('x'), [ex('c')]: [ref('y')] }] }],
      [ex('text')]: [{ '@value': ex('z') }],
    };
    expect(brief(root)).toEqual(['a b x', 'a b c y']);
  });

  it('are one for each target and path', () => {
    const root = { '@id': ex('r'), [ex('a')]: [ref('x'), ref('x')], [ex('b')]: [ref('x')] };
    expect(brief(root)).toEqual(['a x', 'b x']);
  });

  it('count members of lists, and walk graphs, included and reversed nodes as if they stood beside', () => {
    const root = {
      '@id': ex('r'),
      '@included': [{ '@id': ex('i'), [ex('p')]: [ref('x')] }],
      '@graph': [{ '@id': ex('g'), [ex('p')]: [ref('y')] }],
      '@reverse': { [ex('of')]: [{ '@id': ex('s'), [ex('p')]: [ref('z')] }] },
      [ex('l')]: [{ '@list': [ref('one'), { '@list': [ref('two')] }] }],
    };
    expect([...brief(root)].sort()).toEqual(['l one', 'l two', 'p x', 'p y', 'p z']);
  });

  it('leave metadata, types, blank nodes and relative references out', () => {
    const root = {
      '@id': ex('r'),
      '@type': [ex('T')],
      [NXV('createdBy')]: [ref('me')],
      [NXV('self')]: [{ '@id': ex('self'), [ex('p')]: [ref('hidden')] }],
      [RDF('type')]: [ref('U')],
      [ex('sameAs')]: [ref('T'), ref('U')],
      [ex('p')]: [{ '@id': '_:b0' }, { '@id': 'relative' }, { '@id': 'https://example.org/a b' }, ref('x')],
    };
    expect(brief(root)).toEqual(['p x']);
  });

  it('find what is said about a node elsewhere', () => {
    const root = {
      '@id': ex('r'),
      [ex('a')]: [ref('x')],
      [ex('b')]: [{ '@id': ex('x'), '@type': [ex('T')], [ex('c')]: [{ '@id': '_:n' }] }],
      [ex('d')]: [{ '@id': '_:n', [ex('e')]: [ref('y')] }],
    };
    expect(brief(root)).toEqual(['a x (T)', 'b x (T)', 'd e y', 'a c e y', 'b c e y']);
  });

  it('end in circles', () => {
    const root = { '@id': ex('r'), [ex('a')]: [{ '@id': ex('x'), [ex('b')]: [{ '@id': ex('r'), [ex('c')]: [ref('x')] }] }] };
    expect(brief(root)).toEqual(['a x', 'c x', 'a b r', 'c b r']);
  });

  it('are none for a root alone', () => {
    expect(linksOf({ '@id': ex('r') })).toEqual([]);
    expect(linksOf({})).toEqual([]);
  });

  it('stay few where paths are many, and miss no target', () => {
    const layers = 20;
    const root: Record<string, JsonValue> = { '@id': ex('n0') };
    const nodes = Array.from({ length: layers }, (_, layer) => ({
      '@id': ex(`n${layer}`),
      [ex('l')]: [ref(`n${layer + 1}`)],
      [ex('r')]: [ref(`n${layer + 1}`)],
    }));
    root['@graph'] = nodes;
    const links = linksOf(root);
    expect(links.length).toBeLessThan(16 * 2 * (layers + 1));
    expect(new Set(links.map(({ target }) => target))).toEqual(new Set(Array.from({ length: layers }, (_, layer) => ex(`n${layer + 1}`))));
  });

  it('are those of a plain walk, in a tree', () => {
    let next = 0;
    const { node } = fc.letrec<{ node: JsonObject; object: JsonObject }>((tie) => ({
      node: fc
        .record({
          named: fc.boolean(),
          properties: fc.dictionary(fc.constantFrom('p', 'q', 's'), fc.array(tie('object'), { maxLength: 2 }), { maxKeys: 2 }),
        })
        .map(({ named, properties }) => ({
          ...(named ? { '@id': ex(`node${next++}`) } : {}),
          ...Object.fromEntries(Object.entries(properties).map(([name, items]) => [ex(name), items])),
        })),
      object: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.nat(9).map((value) => ({ '@value': value })),
        fc.nat().map(() => ref(`leaf${next++}`)),
        tie('node'),
      ),
    }));
    const walk = (from: JsonObject, path: readonly string[]): readonly string[] =>
      Object.entries(from).flatMap(([name, items]) =>
        name.startsWith('@')
          ? []
          : (items as readonly JsonObject[]).flatMap((item) => {
              const longer = [...path, name];
              const id = item['@id'];
              return [...(typeof id === 'string' ? [[...longer, id].join(' ')] : []), ...walk(item, longer)];
            }),
      );
    fc.assert(
      fc.property(node, (root) => {
        const found = linksOf(root).map(({ target, path }) => [...path, target].join(' '));
        expect([...found].sort()).toEqual([...new Set(walk(root, []))].sort());
      }),
    );
  });
});
