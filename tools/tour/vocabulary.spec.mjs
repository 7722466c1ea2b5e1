import { CLASS, CONTEXT_ID, PROPERTY, readVocabulary } from './vocabulary.mjs';

describe('The vocabulary of the tour', () => {
  const vocabulary = readVocabulary();
  const term = (name) => JSON.parse(vocabulary.terms.get(`http://schema.org/${name}`));

  it('has a document for every term', () => {
    expect(vocabulary.terms.size).toBeGreaterThan(3000);
    for (const [id, text] of vocabulary.terms) expect(JSON.parse(text)).toMatchObject({ '@context': CONTEXT_ID, '@id': id });
    expect(term('CreativeWork')).toMatchObject({ '@type': [CLASS], label: 'CreativeWork', subClassOf: 'http://schema.org/Thing' });
    expect(term('about').domainIncludes).toContain('http://schema.org/CreativeWork');
  });

  it('says in its context which properties are links', () => {
    expect(JSON.parse(vocabulary.context)['@context']).toMatchObject({
      subClassOf: { '@id': 'http://www.w3.org/2000/01/rdf-schema#subClassOf', '@type': '@id' },
      label: 'http://www.w3.org/2000/01/rdf-schema#label',
    });
  });

  it('counts what it has, by type and by link, in documents as in triples', () => {
    const documents = [...vocabulary.terms.values()].map((text) => JSON.parse(text));
    const target = 'http://schema.org/CreativeWork';
    const links = documents
      .filter(({ '@id': id }) => id !== target)
      .flatMap((document) => Object.entries(document).filter(([key, value]) => !key.startsWith('@') && [value].flat().includes(target)));
    expect(vocabulary.incoming(target)).toBe(links.length);
    for (const type of [CLASS, PROPERTY])
      expect(vocabulary.ofType(type)).toBe(documents.filter(({ '@type': types }) => types?.includes(type)).length);
    expect(vocabulary.outgoing(target).inside).toBeGreaterThan(0);
  });
});
