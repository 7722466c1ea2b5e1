import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  member,
  parseJsonSource,
  RDF,
  XSD,
  type Iri,
  type JsonObject,
  type JsonValue,
} from '@headwater/linked-data';
import { standIns, type StandIns } from './exact-numbers.js';

export type Term =
  | { readonly kind: 'iri'; readonly value: string }
  | { readonly kind: 'blank'; readonly label: string }
  | { readonly kind: 'literal'; readonly value: string; readonly datatype: string; readonly language?: string };

export interface Quad {
  readonly subject: Term;
  readonly predicate: string;
  readonly object: Term;
  /** `undefined` is the default graph. */
  readonly graph: Term | undefined;
}

// Expanded forms nest deeper than sources; they come from this service, so this is a backstop.
const MAX_DEPTH = 2_000;
const LANGUAGE_TAG = /^[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*$/;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/**
 * The RDF that a document in expanded form says (JSON-LD 1.1 API, 7.2), in the order of the document, each quad once. Relative references
 * say nothing. Blank nodes are renamed `b0`, `b1`, ... Numbers are written as JSON-LD does, but for those that a double cannot hold: these
 * keep their digits, as xsd:integer, xsd:decimal or (in scientific notation) xsd:double.
 *
 * @throws MalformedJson where the text is no JSON
 */
export function quadsOf(expandedText: string): readonly Quad[] {
  const source = parseJsonSource(expandedText, { maxDepth: MAX_DEPTH });
  const exact = source.inexact.length === 0 ? undefined : standIns(source);
  const writer = new QuadWriter(exact);
  const value = exact?.value ?? source.value;
  for (const node of isJsonArray(value) ? value : [value]) writer.node(node, undefined);
  return writer.quads();
}

class QuadWriter {
  private readonly written = new Map<string, Quad>();
  private readonly labels = new Map<string, string>();
  private issued = 0;

  constructor(private readonly exact: StandIns | undefined) {}

  quads(): readonly Quad[] {
    return [...this.written.values()];
  }

  /** Writes a node's quads; gives the node's term, `undefined` where it is a relative reference. */
  node(node: JsonValue, graph: Term | undefined): Term | undefined {
    if (!isJsonObject(node) || Object.hasOwn(node, '@value')) return undefined;
    const subject = this.subject(node);
    for (const name of Object.keys(node)) {
      const value = node[name];
      if (value === undefined) continue;
      if (name === '@graph') this.graph(value, subject);
      else if (name === '@included') for (const included of values(value)) this.node(included, graph);
      else if (name === '@reverse') this.reverse(value, subject, graph);
      else if (name === '@type') this.types(value, subject, graph);
      else if (ABSOLUTE.test(name)) for (const item of values(value)) this.add(subject, name, this.object(item, graph), graph);
    }
    return subject;
  }

  private subject(node: JsonObject): Term | undefined {
    const id = member(node, '@id');
    return typeof id === 'string' ? this.reference(id) : this.fresh();
  }

  private graph(value: JsonValue, name: Term | undefined): void {
    for (const node of values(value)) if (name !== undefined) this.node(node, name);
  }

  private types(value: JsonValue, subject: Term | undefined, graph: Term | undefined): void {
    for (const type of values(value)) if (typeof type === 'string') this.add(subject, RDF('type'), this.reference(type), graph);
  }

  private reverse(value: JsonValue, object: Term | undefined, graph: Term | undefined): void {
    if (!isJsonObject(value)) return;
    for (const name of Object.keys(value)) {
      if (!ABSOLUTE.test(name)) continue;
      for (const item of values(value[name] ?? null)) this.add(this.node(item, graph), name, object, graph);
    }
  }

  private object(item: JsonValue, graph: Term | undefined): Term | undefined {
    if (!isJsonObject(item)) return undefined;
    if (Object.hasOwn(item, '@value')) return this.literal(item);
    const list = member(item, '@list');
    return list === undefined ? this.node(item, graph) : this.list(values(list), graph);
  }

  private list(items: readonly JsonValue[], graph: Term | undefined): Term {
    let next: Term = { kind: 'iri', value: RDF('nil') };
    for (const item of items.toReversed()) {
      const cell = this.fresh();
      this.add(cell, RDF('first'), this.object(item, graph), graph);
      this.add(cell, RDF('rest'), next, graph);
      next = cell;
    }
    return next;
  }

  private literal(item: JsonObject): Term | undefined {
    const value = item['@value'];
    const datatype = member(item, '@type');
    const type = typeof datatype === 'string' ? datatype : undefined;
    if (type === '@json') return { kind: 'literal', value: this.jsonLiteral(value ?? null), datatype: RDF('JSON') };
    if (type !== undefined && !ABSOLUTE.test(type)) return undefined;
    if (typeof value === 'number') return this.number(value, type);
    if (typeof value === 'boolean') return { kind: 'literal', value: String(value), datatype: type ?? XSD('boolean') };
    if (typeof value !== 'string') return undefined;
    if (type === XSD('double') && Number.isFinite(Number(value)))
      return { kind: 'literal', value: doubleForm(Number(value)), datatype: type };
    const language = member(item, '@language');
    if (typeof language !== 'string') return { kind: 'literal', value, datatype: type ?? XSD('string') };
    return LANGUAGE_TAG.test(language) ? { kind: 'literal', value, datatype: RDF('langString'), language } : undefined;
  }

  private number(value: number, type: string | undefined): Term {
    const digits = this.exact?.digitsOf(value);
    if (digits !== undefined) {
      const own = /[eE]/.test(digits) ? XSD('double') : digits.includes('.') ? XSD('decimal') : XSD('integer');
      return { kind: 'literal', value: digits, datatype: type ?? own };
    }
    if (!Number.isInteger(value) || Math.abs(value) >= 1e21 || type === XSD('double')) {
      return { kind: 'literal', value: doubleForm(value), datatype: type ?? XSD('double') };
    }
    return { kind: 'literal', value: value.toFixed(0), datatype: type ?? XSD('integer') };
  }

  private jsonLiteral(value: JsonValue): string {
    const text = canonicalJson({ text: '', value, inexact: [] });
    return this.exact === undefined ? text : this.exact.restore(text);
  }

  private reference(id: string): Term | undefined {
    if (id.startsWith('_:')) return { kind: 'blank', label: this.label(id) };
    return ABSOLUTE.test(id) ? { kind: 'iri', value: id } : undefined;
  }

  private label(id: string): string {
    let label = this.labels.get(id);
    if (label === undefined) this.labels.set(id, (label = `b${this.issued++}`));
    return label;
  }

  private fresh(): Term {
    return { kind: 'blank', label: `b${this.issued++}` };
  }

  private add(subject: Term | undefined, predicate: string, object: Term | undefined, graph: Term | undefined): void {
    if (subject === undefined || object === undefined) return;
    const quad = { subject, predicate, object, graph };
    this.written.set(`${termText(subject)} ${predicate} ${termText(object)} ${graph === undefined ? '' : termText(graph)}`, quad);
  }
}

function values(value: JsonValue): readonly JsonValue[] {
  return isJsonArray(value) ? value : [value];
}

/** The canonical form of xsd:double, as JSON-LD writes numbers: `1.5E0`. */
function doubleForm(value: number): string {
  return value.toExponential(15).replace(/(\d)0*e\+?/, '$1E');
}

/** A term in the syntax of N-Triples. Characters that no IRI has are escaped, so that the line stays readable for parsers. */
export function termText(term: Term): string {
  switch (term.kind) {
    case 'iri':
      return iriText(term.value);
    case 'blank':
      return `_:${term.label}`;
    case 'literal': {
      const text = `"${escapeLiteral(term.value)}"`;
      if (term.language !== undefined) return `${text}@${term.language}`;
      return term.datatype === XSD('string') ? text : `${text}^^${iriText(term.datatype)}`;
    }
  }
}

export function iriText(iri: string): string {
  return `<${iri.replace(/[\u0000-\u0020<>"{}|^`\\]/g, (character) => `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)}>`;
}

const LITERAL_ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

function escapeLiteral(text: string): string {
  return text.replace(/["\\\n\r]/g, (character) => LITERAL_ESCAPES[character] ?? character);
}

/** N-Quads; the default graph's statements are put into `graph` where one is given: the resource's id (ruling 16). */
export function toNQuads(expandedText: string, graph?: Iri): string {
  const outer = graph === undefined ? '' : `${iriText(graph)} `;
  return lines(quadsOf(expandedText), (quad) => (quad.graph === undefined ? outer : `${termText(quad.graph)} `));
}

/** N-Triples: all statements, whatever graph they are in. */
export function toNTriples(expandedText: string): string {
  return lines(quadsOf(expandedText), () => '');
}

function lines(quads: readonly Quad[], graphOf: (quad: Quad) => string): string {
  const all = quads.map((quad) => `${termText(quad.subject)} ${iriText(quad.predicate)} ${termText(quad.object)} ${graphOf(quad)}.\n`);
  return [...new Set(all)].join('');
}
