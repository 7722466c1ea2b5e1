import { describe, expect, it } from '@jest/globals';
import { builtinContext, builtinContextIris } from './builtin-contexts.js';
import { isIri } from './iri.js';
import { isJsonObject, type JsonValue } from './json-value.js';
import { CONTEXTS, CTX, NXV } from './vocabulary.js';

const named =
  'metadata error search search-metadata tags shacl-20170720 schemas-metadata resolvers resolvers-metadata projects projects-metadata ' +
  'organizations organizations-metadata acls acls-metadata identities permissions permissions-metadata realms realms-metadata ' +
  'remote-contexts validation aggregations statistics version bulk-operation views files storages';

describe('The built-in contexts', () => {
  it.each(named.split(' '))('have %s', (name) => {
    const iri = CTX(`${name}.json`);
    expect(builtinContext(iri)).toMatchObject({ '@id': iri });
    expect(builtinContext(iri)).toBe(builtinContext(iri));
  });

  it('have all that the vocabulary names', () => {
    for (const iri of Object.values(CONTEXTS)) expect(builtinContext(iri)).toBeDefined();
    expect(builtinContextIris().length).toBeGreaterThan(28);
  });

  it('have nothing else', () => {
    expect(builtinContext('https://example.org/')).toBeUndefined();
    expect(builtinContext('__proto__')).toBeUndefined();
    expect(builtinContext(CTX('nope.json'))).toBeUndefined();
  });

  it('define every term as an IRI or a keyword', () => {
    const ids = (definition: JsonValue): unknown => (isJsonObject(definition) ? (definition['@id'] ?? definition['@reverse']) : definition);
    for (const iri of builtinContextIris()) {
      const context = builtinContext(iri)?.['@context'];
      if (!isJsonObject(context)) throw new Error(`${iri} is no object`);
      for (const [term, definition] of Object.entries(context)) {
        if (term.startsWith('@')) expect(term).toBe('@vocab');
        expect(isIri(String(ids(definition ?? null)))).toBe(true);
      }
    }
  });

  it('give metadata its terms (spec/resources.md 3.4)', () => {
    expect(builtinContext(CONTEXTS.metadata)?.['@context']).toMatchObject({
      _rev: NXV('rev'),
      _deprecated: NXV('deprecated'),
      _createdAt: { '@id': NXV('createdAt'), '@type': 'http://www.w3.org/2001/XMLSchema#dateTime' },
      _createdBy: { '@id': NXV('createdBy'), '@type': '@id' },
      _self: { '@id': NXV('self'), '@type': '@id' },
      _tags: { '@id': NXV('tags'), '@container': '@set' },
      _subject: NXV('metadata/subject'),
    });
    expect(builtinContext(CONTEXTS.search)?.['@context']).toMatchObject({
      _results: { '@container': '@list' },
      paths: { '@type': '@id', '@container': '@list' },
    });
    expect(builtinContext(CONTEXTS.searchMetadata)?.['@context']).toMatchObject({ Resolver: NXV('Resolver'), Schema: NXV('Schema') });
    expect(builtinContext(CONTEXTS.error)?.['@context']).toEqual({ '@vocab': NXV.iri });
  });

  it('keep metadata.json free of prefixes, keywords and JSON-LD 1.1, as it stands before contexts of users', () => {
    const text = JSON.stringify(builtinContext(CONTEXTS.metadata)?.['@context']);
    expect(text).not.toMatch(/@json|@vocab|@version|@protected|@import|@propagate/);
    expect(text).not.toMatch(/[/#]"/);
  });
});
