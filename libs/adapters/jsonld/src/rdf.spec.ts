import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '@headwater/linked-data';
import { toDot } from './dot.js';
import { toNQuads, toNTriples } from './rdf.js';
import { iri, read } from './testing/read.js';

const jsonld = createRequire(import.meta.url)('jsonld') as {
  toRDF(input: unknown, options: object): Promise<string>;
  canonize(input: string, options: object): Promise<string>;
};
const canonical = (quads: string): Promise<string> =>
  jsonld.canonize(quads, { algorithm: 'RDFC-1.0', inputFormat: 'application/n-quads', format: 'application/n-quads' });
const r1 = iri('https://example.org/base/r1');

const documents: readonly [string, JsonValue][] = [
  ['scalars', { '@context': { '@vocab': 'https://v.org/' }, a: 1, b: 1.5, c: true, d: 'x', e: 1e30, f: 1e21, g: -0.00001, h: 100 }],
  ['nested nodes', { a: { b: [{ c: 1 }, { '@id': 'x', d: 2 }] }, e: { '@id': '_:n', f: { '@id': '_:n' } } }],
  [
    'typed, tagged and escaped values',
    {
      a: { '@value': '2026-01-01', '@type': 'https://x.org/date' },
      b: { '@value': 'q"\\\n\r\té😀', '@language': 'en-GB' },
      c: { '@value': 5, '@type': 'https://x.org/n' },
      d: { '@value': '5', '@type': 'http://www.w3.org/2001/XMLSchema#double' },
    },
  ],
  ['lists', { a: { '@list': [1, { '@id': 'x' }, { '@list': ['in', 'out'] }] }, b: { '@list': [] } }],
  [
    'graphs',
    {
      '@id': 'https://x.org/g',
      a: 1,
      '@graph': [
        { '@id': 'x', b: { c: 2 } },
        { '@type': 'T', d: 'y' },
      ],
    },
  ],
  [
    'reverse and included',
    { '@id': 'https://x.org/r', '@reverse': { knows: [{ '@id': 'x', a: 1 }] }, '@included': [{ '@id': 'y', b: 2 }] },
  ],
  ['JSON literals', { '@context': { '@vocab': 'https://v.org/', j: { '@type': '@json' } }, j: { b: [1, null, 1.5], a: 'é"' } }],
  ['several types', { '@type': ['A', 'B'], a: { '@type': 'C' } }],
];

describe('RDF', () => {
  it.each(documents)('of %s is what jsonld makes of it', async (_, body) => {
    const { expanded } = await read(body, {
      id: (body as { '@id'?: string })['@id'] === undefined ? r1 : iri(String((body as { '@id'?: string })['@id'])),
    });
    const theirs = await jsonld.toRDF(JSON.parse(expanded), { format: 'application/n-quads', skipExpansion: true });
    expect(await canonical(toNQuads(expanded))).toBe(await canonical(theirs));
  });

  it('is as recorded (107)', async () => {
    const context = { '@vocab': 'https://example.org/vocab/', name: 'https://schema.org/name' };
    const body = { '@context': context, '@type': 'Person', name: 'Ada', age: 36, height: 1.5, nested: { x: [1, 2, null, true], y: '' } };
    const { expanded } = await read(body, { id: r1 });
    const triples = [
      '<https://example.org/base/r1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/vocab/Person> .',
      '<https://example.org/base/r1> <https://example.org/vocab/age> "36"^^<http://www.w3.org/2001/XMLSchema#integer> .',
      '<https://example.org/base/r1> <https://example.org/vocab/height> "1.5E0"^^<http://www.w3.org/2001/XMLSchema#double> .',
      '<https://example.org/base/r1> <https://example.org/vocab/nested> _:b0 .',
      '<https://example.org/base/r1> <https://schema.org/name> "Ada" .',
      '_:b0 <https://example.org/vocab/x> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
      '_:b0 <https://example.org/vocab/x> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .',
      '_:b0 <https://example.org/vocab/x> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .',
      '_:b0 <https://example.org/vocab/y> "" .',
    ];
    expect(toNTriples(expanded).trimEnd().split('\n').sort()).toEqual([...triples].sort());
    // Ruling 16: the graph is named by the resource.
    expect(toNQuads(expanded, r1)).toContain(`"Ada" <${r1}> .\n`);
  });

  it('says each statement once, and drops relative references and bad language tags', async () => {
    const { expanded } = await read({ a: [1, 1.0, 'x', 'x'], b: { '@value': 'x', '@language': 'not a tag' } }, { id: r1 });
    expect(toNTriples(expanded)).toBe(
      `<${r1}> <https://example.org/vocab/a> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n<${r1}> <https://example.org/vocab/a> "x" .\n`,
    );
  });

  it('escapes what an IRI cannot have', async () => {
    const { expanded } = await read({ 'first name': 'x' }, { id: r1 });
    expect(toNTriples(expanded)).toBe(`<${r1}> <https://example.org/vocab/first\\u0020name> "x" .\n`);
  });

  it('is drawn as recorded (108)', async () => {
    const { expanded } = await read(
      { '@type': 'Person', age: 36, height: 1.5, name: 'A"da', ok: false, knows: { '@id': 'r2' } },
      { id: r1 },
    );
    expect(toDot(expanded, r1)).toBe(
      [
        'digraph "https://example.org/base/r1" {',
        '  "https://example.org/base/r1" -> "https://example.org/vocab/Person" [label = "type"]',
        '  "https://example.org/base/r1" -> 36 [label = "https://example.org/vocab/age"]',
        '  "https://example.org/base/r1" -> 1.5 [label = "https://example.org/vocab/height"]',
        '  "https://example.org/base/r1" -> "https://example.org/base/r2" [label = "https://example.org/vocab/knows"]',
        '  "https://example.org/base/r1" -> "A\\"da" [label = "https://example.org/vocab/name"]',
        '  "https://example.org/base/r1" -> false [label = "https://example.org/vocab/ok"]',
        '}',
      ].join('\n'),
    );
    expect(toDot('[{"@id":"https://x.org/a","https://bluebrain.github.io/nexus/vocabulary/rev":[{"@value":1}]}]', r1)).toContain(
      '-> 1 [label = "_rev"]',
    );
  });
});
