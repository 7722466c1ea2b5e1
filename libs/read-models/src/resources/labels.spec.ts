import { describe, expect, it } from '@jest/globals';
import { labelsOf } from './labels.js';

const expanded = (node: object): string => JSON.stringify([{ '@id': 'https://example.org/a', ...node }]);
const literal = (value: unknown): readonly object[] => [{ '@value': value }];

describe('The labels of a document', () => {
  it('are those that it has', () =>
    expect(
      labelsOf(
        expanded({
          'http://schema.org/name': literal('a name'),
          'http://www.w3.org/2000/01/rdf-schema#label': literal('a label'),
          'http://www.w3.org/2004/02/skos/core#prefLabel': [{ '@value': 'ein Begriff', '@language': 'de' }],
          'https://schema.org/description': literal('a description'),
        }),
      ),
    ).toEqual({ name: 'a name', label: 'a label', prefLabel: 'ein Begriff', description: 'a description' }));

  it('are none where it has none, or none that are texts', () => {
    expect(labelsOf(expanded({}))).toEqual({});
    expect(
      labelsOf(expanded({ 'http://schema.org/name': literal(7), 'http://schema.org/description': [{ '@id': 'https://example.org/b' }] })),
    ).toEqual({});
  });

  it('are the first texts, of the first predicate that has one', () =>
    expect(
      labelsOf(
        expanded({
          'https://schema.org/name': literal('second'),
          'http://schema.org/name': [{ '@id': 'https://example.org/b' }, { '@value': 'first' }, { '@value': 'other' }],
        }),
      ),
    ).toEqual({ name: 'first' }));

  it('are not those of nodes within it', () =>
    expect(labelsOf(expanded({ 'https://example.org/p': [{ 'http://schema.org/name': literal('inner') }] }))).toEqual({}));

  it('are cut where they are long, but never within a character', () => {
    expect(labelsOf(expanded({ 'http://schema.org/name': literal('x'.repeat(600)) })).name).toBe('x'.repeat(512));
    const { name = '' } = labelsOf(expanded({ 'http://schema.org/name': literal(`x${'\u{1f600}'.repeat(300)}`) }));
    expect([name.length, name.isWellFormed()]).toEqual([511, true]);
  });
});
