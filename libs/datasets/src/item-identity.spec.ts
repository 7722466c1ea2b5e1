import fc from 'fast-check';
import { isIri, type Iri, type JsonObject } from '@headwater/linked-data';
import type { PushedIdentity } from '@headwater/event-contracts';
import { InvalidItem } from './invalid-item.js';
import { identityOf, iriOf } from './item-identity.js';

const base = 'https://example.org/base/' as Iri;
const identify = (item: JsonObject): PushedIdentity => identityOf(item, 'anonymous');

describe('The identity of an item', () => {
  it('is source and sourceId, before anything else', () => {
    expect(identify({ id: 'x', dataPointKey: 'k', meta: { source: 'io.mimiro.data.cattle', sourceId: 'some-cow-id-1' } })).toEqual({
      kind: 'source',
      source: 'io.mimiro.data.cattle',
      sourceId: 'some-cow-id-1',
    });
  });
  it('is scheme and id, where sourceId is an object', () => {
    expect(identify({ meta: { source: 'data', sourceId: { scheme: 'com.software.plotId', id: '7' } } })).toEqual({
      kind: 'scheme',
      scheme: 'com.software.plotId',
      id: '7',
    });
  });
  it('is the dataPointKey of its client', () => {
    expect(identify({ id: 'x', dataPointKey: 'k' })).toEqual({ kind: 'dataPointKey', client: 'anonymous', key: 'k' });
  });
  it('is the id', () => expect(identify({ id: 'x', meta: { source: 's' } })).toEqual({ kind: 'id', id: 'x' }));

  it.each<[string, JsonObject, RegExp]>([
    ['none', { name: 'x' }, /no identity/],
    ['only an @id', { '@id': 'https://x.org/1' }, /no identity/],
    ['a sourceId without its source', { id: 'x', meta: { sourceId: 'x' } }, /without 'meta.source'/],
    ['a sourceId that is a number', { meta: { source: 's', sourceId: 7 } }, /'meta.sourceId' must be a string/],
    ['a sourceId object without scheme', { meta: { sourceId: { id: '7' } } }, /needs 'scheme' and 'id'/],
    ['a blank id', { id: '  ' }, /'id' is blank/],
    ['an id that is a number', { id: 7 }, /'id' must be a string/],
    ['an endless id', { id: 'x'.repeat(1025) }, /longer than 1024/],
    ['half a character', { id: '\ud800' }, /half a character/],
    ['a meta that is a list', { id: 'x', meta: [] }, /'meta' must be an object/],
    ['an inherited member only', {}, /no identity/],
  ])('is refused: %s', (_, item, reason) => {
    expect(() => identify(item)).toThrow(InvalidItem);
    expect(() => identify(item)).toThrow(reason);
  });
});

describe('The IRI of an identity', () => {
  it.each<[PushedIdentity, string]>([
    [{ kind: 'id', id: '4dd345e8-c91b-4bf2-a102-a9f86b01c46b' }, `${base}4dd345e8-c91b-4bf2-a102-a9f86b01c46b`],
    [{ kind: 'id', id: 'https://x.org/a?b=c#d' }, 'https://x.org/a?b=c#d'],
    [{ kind: 'id', id: 'urn:uuid:1' }, 'urn:uuid:1'],
    [{ kind: 'id', id: 'ex:a' }, `${base}ex:a`],
    [{ kind: 'id', id: '/core/plot/1' }, `${base}/core/plot/1`],
    [{ kind: 'id', id: 'cow 1' }, `${base}cow%201`],
    [{ kind: 'id', id: 'cow%201' }, `${base}cow%25201`],
    [{ kind: 'id', id: 'a/-/b' }, `${base}a%2F-%2Fb`],
    [{ kind: 'id', id: 'kuh-äß日' }, `${base}kuh-äß日`],
    [{ kind: 'source', source: 'io.mimiro.data.cattle', sourceId: 'some-cow-id-1' }, `${base}io.mimiro.data.cattle/-/some-cow-id-1`],
    [{ kind: 'scheme', scheme: 'uk.defra.cph', id: '12/345/6789' }, `${base}uk.defra.cph/:/12%2F345%2F6789`],
    [{ kind: 'dataPointKey', client: 'anonymous', key: 'k 1' }, `${base}anonymous/~/k%201`],
  ])('%j', (identity, iri) => {
    expect(iriOf(identity, base)).toBe(iri);
    expect(isIri(iriOf(identity, base))).toBe(true);
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({ unit: fc.constantFrom('/', '-', ':', '~', '%', '2', 'F', 'a', ' ', '#', '?', '<'), minLength: 1 }),
  );
  const identities: fc.Arbitrary<PushedIdentity> = fc.oneof(
    fc.record({ kind: fc.constant('id' as const), id: text }),
    fc.record({ kind: fc.constant('source' as const), source: text, sourceId: text }),
    fc.record({ kind: fc.constant('scheme' as const), scheme: text, id: text }),
    fc.record({ kind: fc.constant('dataPointKey' as const), client: text, key: text }),
  );

  it('is always an IRI', () => fc.assert(fc.property(identities, (identity) => isIri(iriOf(identity, base)))));

  it('is another one for another identity', () => {
    fc.assert(
      fc.property(identities, identities, (a, b) => (iriOf(a, base) === iriOf(b, base)) === (JSON.stringify(a) === JSON.stringify(b))),
      { numRuns: 2000 },
    );
  });
});
