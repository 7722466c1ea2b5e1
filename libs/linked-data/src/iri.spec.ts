import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  effectiveMappings,
  encodeSegment,
  expandSegment,
  expandTypeFilter,
  InvalidSegment,
  isIri,
  parseSchemaRef,
  type Iri,
} from './iri.js';

const iri = (text: string): Iri => text as Iri;
const base = iri('https://example.org/base/');
const vocab = iri('https://example.org/vocab/');
const mappings = effectiveMappings([
  { prefix: 'ex', namespace: iri('https://example.org/ex/') },
  { prefix: 'mySchema', namespace: iri('https://example.org/schemas/person') },
]);
const expanded = (segment: string): string => expandSegment(segment, { base, mappings });

describe('An IRI', () => {
  it.each([
    'https://example.org/a',
    'http://localhost:8080/v1/resources/o/p/_/a',
    'urn:uuid:0b0b0b0b-0000-4000-8000-000000000001',
    'https://example.org/é/日本',
    'https://example.org/a%20b',
    'https://example.org/q?a=1&b=2#frag',
    'zzz:abc',
    'https://example.org/\u{1F600}',
  ])('is %s', (text) => expect(isIri(text)).toBe(true));

  it.each([
    '',
    'abc',
    '/a',
    '_:b0',
    'https:',
    'https://',
    'https:/a',
    'https://example.org/with space',
    'https://a.org/<b>',
    'https://a.org/"',
    'https://a.org/{x}',
    'https://a.org/a|b',
    'https://a.org/\\',
    'https://a.org/^',
    'https://a.org/`',
    'https://a.org/\u0000',
    'https://a.org/\u0085',
    'https://a.org/%zz',
    'https://a.org/%2',
    'https://a.org/\ud800',
    '1http://a',
  ])('is not %j', (text) => expect(isIri(text)).toBe(false));
});

describe('A segment (spec/resources.md 3.2)', () => {
  it.each([
    ['r3', 'https://example.org/base/r3'],
    ['ex:r4', 'https://example.org/ex/r4'],
    ['mySchema', 'https://example.org/schemas/person'],
    ['_', 'https://bluebrain.github.io/nexus/schemas/unconstrained.json'],
    ['schema', 'https://bluebrain.github.io/nexus/schemas/shacl-20170720.ttl'],
    ['nxv:x', 'https://bluebrain.github.io/nexus/vocabulary/x'],
    ['base:uuid', 'https://example.org/base/uuid'],
    // An alias is no prefix, a prefix alone no alias, and two colons make no curie.
    ['mySchema:a', 'https://example.org/base/mySchema:a'],
    ['ex', 'https://example.org/base/ex'],
    ['ex:a:b', 'https://example.org/base/ex:a:b'],
    ['zzz:abc', 'https://example.org/base/zzz:abc'],
    ['https://example.org/é/日本', 'https://example.org/é/日本'],
    ['https://example.org/a%20b', 'https://example.org/a%20b'],
    ['https://example.org/q?a=1&b=2#frag', 'https://example.org/q?a=1&b=2#frag'],
    ['urn:uuid:0b0b0b0b-0000-4000-8000-000000000001', 'urn:uuid:0b0b0b0b-0000-4000-8000-000000000001'],
    ['weird://host/a', 'weird://host/a'],
    ['a+b', 'https://example.org/base/a+b'],
  ])('%s becomes %s', (segment, whole) => expect(expanded(segment)).toBe(whole));

  it.each(['', 'https://example.org/with space', 'a b', 'a%zz', '<a>'])('%j is refused', (segment) =>
    expect(() => expanded(segment)).toThrow(InvalidSegment),
  );

  it('says which segment it was', () => expect(() => expanded('a b')).toThrow(expect.objectContaining({ segment: 'a b' })));

  it('gives base: up where the project maps the name', () => {
    const own = effectiveMappings([{ prefix: 'base', namespace: iri('https://own.org/') }]);
    expect(expandSegment('base:a', { base, mappings: own })).toBe('https://own.org/a');
    const alias = effectiveMappings([{ prefix: 'base', namespace: iri('https://own.org/x') }]);
    expect(expandSegment('base:a', { base, mappings: alias })).toBe('https://example.org/base/base:a');
    expect(expandSegment('base', { base, mappings: alias })).toBe('https://own.org/x');
  });

  it('lets a project override a default', () => {
    const own = effectiveMappings([{ prefix: 'nxv', namespace: iri('https://own.org/nxv/') }]);
    expect(expandSegment('nxv:a', { base, mappings: own })).toBe('https://own.org/nxv/a');
    expect(effectiveMappings([]).get('nxv')).toBe('https://bluebrain.github.io/nexus/vocabulary/');
  });
});

describe('A type filter', () => {
  it.each([
    ['Person', 'https://example.org/vocab/Person'],
    ['ex:Person', 'https://example.org/ex/Person'],
    ['https://schema.org/Person', 'https://schema.org/Person'],
    ['zzz:Person', 'https://example.org/vocab/zzz:Person'],
  ])('%s means %s', (text, whole) => expect(expandTypeFilter(text, { vocab, mappings })).toBe(whole));

  it('is refused where it makes no IRI', () => expect(() => expandTypeFilter('a b', { vocab, mappings })).toThrow(InvalidSegment));
});

describe('An encoded segment (ruling 16)', () => {
  it.each([
    ['https://example.org/base/r1', 'https:%2F%2Fexample.org%2Fbase%2Fr1'],
    ['https://example.org/é/日本', 'https:%2F%2Fexample.org%2F%C3%A9%2F%E6%97%A5%E6%9C%AC'],
    ['https://example.org/a%20b', 'https:%2F%2Fexample.org%2Fa%2520b'],
    ['https://example.org/q?a=1&b=2#frag', 'https:%2F%2Fexample.org%2Fq%3Fa=1&b=2%23frag'],
    ["urn:x:+=&,;@$!'()*", "urn:x:+=&,;@$!'()*"],
  ])('of %s is %s', (whole, segment) => expect(encodeSegment(iri(whole))).toBe(segment));

  it('decodes to the IRI', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (rest) => {
        const whole = `https://example.org/${rest}`;
        fc.pre(isIri(whole));
        const segment = encodeSegment(iri(whole));
        expect(decodeURIComponent(segment)).toBe(whole);
        expect(segment).toMatch(/^[A-Za-z0-9\-._~!$&'()*+,;=:@%]*$/);
        expect(expandSegment(decodeURIComponent(segment), { base, mappings })).toBe(whole);
      }),
    );
  });
});

describe('A schema reference', () => {
  it.each([
    ['https://x.org/s', { iri: 'https://x.org/s' }],
    ['https://x.org/s?rev=2', { iri: 'https://x.org/s', rev: 2 }],
    ['https://x.org/s?tag=v1', { iri: 'https://x.org/s', tag: 'v1' }],
    ['https://x.org/s?tag=a%20b', { iri: 'https://x.org/s', tag: 'a b' }],
    ['https://x.org/s?tag=v1&rev=2', { iri: 'https://x.org/s', rev: 2 }],
    ['https://x.org/s?a=1&rev=2&b=2#f', { iri: 'https://x.org/s?a=1&b=2#f', rev: 2 }],
    ['https://x.org/s?a=1', { iri: 'https://x.org/s?a=1' }],
    ['https://x.org/s?rev=0', { iri: 'https://x.org/s?rev=0' }],
    ['https://x.org/s?rev=abc', { iri: 'https://x.org/s?rev=abc' }],
    ['https://x.org/s#a?rev=2', { iri: 'https://x.org/s#a?rev=2' }],
  ])('%s', (whole, ref) => expect(parseSchemaRef(iri(whole))).toEqual(ref));
});
