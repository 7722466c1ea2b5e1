import { builtinContext, CONTEXTS, isJsonObject, member, NXV, RDF, XSD, type Iri } from '@headwater/linked-data';
import { quadsOf, type Term } from './rdf.js';

/** The names that a graph's edges have for metadata: those of metadata.json, and `type`. */
const EDGE_NAMES: ReadonlyMap<string, string> = new Map([...metadataNames(), [RDF('type'), 'type']]);

function metadataNames(): readonly (readonly [string, string])[] {
  const context = builtinContext(CONTEXTS.metadata)?.['@context'];
  if (!isJsonObject(context)) return [];
  return Object.entries(context).map(([name, definition]) => {
    const iri = isJsonObject(definition) ? member(definition, '@id') : definition;
    return [typeof iri === 'string' ? iri : NXV(name), name];
  });
}

/** The document as a graph in the DOT language: one edge per statement (spec/resources.md 1.6). */
export function toDot(expandedText: string, id: Iri): string {
  const edges = quadsOf(expandedText).map(({ subject, predicate, object }) => {
    const label = quoted(EDGE_NAMES.get(predicate) ?? predicate);
    return `  ${nodeText(subject)} -> ${nodeText(object)} [label = ${label}]\n`;
  });
  return `digraph ${quoted(id)} {\n${edges.join('')}}`;
}

const BARE_TYPES: ReadonlySet<string> = new Set([XSD('integer'), XSD('decimal'), XSD('boolean')]);
const BARE = /^(?:-?\d+(?:\.\d+)?|true|false)$/;

function nodeText(term: Term): string {
  if (term.kind === 'iri') return quoted(term.value);
  if (term.kind === 'blank') return quoted(`_:${term.label}`);
  if (term.datatype === XSD('double') && Number.isFinite(Number(term.value))) {
    const plain = String(Number(term.value));
    return BARE.test(plain) ? plain : quoted(term.value);
  }
  return BARE_TYPES.has(term.datatype) && BARE.test(term.value) ? term.value : quoted(term.value);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}
