import { revision, type Base } from '@headwater/event-sourcing';
import type { Iri } from '@headwater/linked-data';
import type { Entity } from '@headwater/resources';
import { annotatedSource } from './annotated-source.js';
import { metadataMembers } from './entities.js';
import { Urls } from './urls.js';

const iri = (text: string): Iri => text as Iri;
const urls = new Urls('http://localhost:8080');
const METADATA = 'https://bluebrain.github.io/nexus/contexts/metadata.json';

const entity: Entity = {
  kind: 'resource',
  id: iri('https://example.org/r1'),
  organization: 'o',
  project: 'p',
  organizationUuid: 'ou',
  projectUuid: 'pu',
  types: [iri('https://example.org/vocab/Person')],
  rev: revision(2),
  contentRev: revision(2),
  contentBase: 1 as Base,
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: { type: 'Anonymous' },
  updatedAt: '2026-01-02T00:00:00.000Z',
  updatedBy: { type: 'User', realm: 'r', subject: 'u' },
  deprecated: false,
  schema: { id: iri('https://bluebrain.github.io/nexus/schemas/unconstrained.json'), project: 'o/p' },
  tags: [],
  hash: 'h',
};

const metadata = metadataMembers(urls, entity);
const annotate = (source: string): string => annotatedSource(urls, entity, source);
const parsed = (source: string): Record<string, unknown> => JSON.parse(annotate(source)) as Record<string, unknown>;

describe('An annotated source', () => {
  it('keeps every byte of the source and puts the rest around it', () => {
    const source = '{\n  "@context": {"ex": "http://e/"},  "@id":"42", "@type" : "ex:T",\r\n "n": 12345678901234567890, "x":1.0 }';
    expect(annotate(source)).toBe(
      `{\n  "@context": [{"ex": "http://e/"},"${METADATA}"],  "@id":"42", "@type" : "ex:T",\r\n "n": 12345678901234567890, "x":1.0 ,${metadata}}`,
    );
  });

  it('takes id and types of the metadata only where the source has none', () => {
    expect(parsed('{"a":1}')).toMatchObject({ '@id': entity.id, '@type': 'https://example.org/vocab/Person', a: 1, _rev: 2 });
    expect(parsed('{"@id":"42","@type":["T"]}')).toMatchObject({ '@id': '42', '@type': ['T'], _rev: 2 });
  });

  it.each([
    ['none', '{}', METADATA],
    ['an empty array', '{"@context":[ ]}', METADATA],
    ['a string', '{"@context":"https://c"}', ['https://c', METADATA]],
    ['an object', '{"@context":{"a":"b"}}', [{ a: 'b' }, METADATA]],
    ['an array', '{"@context":["https://c",{"a":["b"]}]}', ['https://c', { a: ['b'] }, METADATA]],
    ['null', '{"@context":null}', [null, METADATA]],
    ['the metadata context itself', `{"@context":"${METADATA}"}`, METADATA],
    ['an array with the metadata context', `{"@context":["${METADATA}","https://c"]}`, [METADATA, 'https://c']],
  ])('appends the metadata context to %s', (_name, source, expected) => {
    expect(parsed(source)['@context']).toEqual(expected);
  });

  it('follows the last of duplicate members, as parsers do', () => {
    expect(parsed('{"@context":"https://a","@context":"https://b"}')['@context']).toEqual(['https://b', METADATA]);
  });

  it('has all metadata, once', () => {
    const text = annotate('{"name":"a } b \\" c"}');
    expect(text.match(/"_self"/g)).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({ name: 'a } b " c', ...(JSON.parse(`{${metadata}}`) as object) });
  });

  it('leaves out types of an entity that has none', () => {
    expect(JSON.parse(annotatedSource(urls, { ...entity, types: [] }, '{}'))).not.toHaveProperty('@type');
  });
});
