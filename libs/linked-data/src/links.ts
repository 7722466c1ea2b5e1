import type { Link } from './document.js';
import { isIri, type Iri } from './iri.js';
import { isJsonArray, isJsonObject, member, type JsonObject, type JsonValue } from './json-value.js';
import { METADATA_LINKS, RDF } from './vocabulary.js';

/** How many paths lead into one node's members; more of them only repeat its targets. Bounds what cycles and diamonds can make. */
const MAX_PATHS_PER_NODE = 16;

const RDF_TYPE = RDF('type');

interface Visit {
  readonly node: JsonObject;
  readonly path: readonly Iri[];
  /** The ids on the way: a path does not go through one node twice. */
  readonly through: readonly string[];
}

/**
 * The links of a document in expanded form (spec/resources.md 3.9): each IRI that is the object of a predicate, at any depth, with each
 * way that leads to it from the root, shortest first.
 *
 * - Embedded nodes with an `@id` are links and are walked through; nodes with one id are one node, wherever they stand.
 * - Members of lists and sets count as objects of their property; nodes of `@graph`, `@included` and `@reverse` are no objects, but are
 *   walked as if they stood beside the node that has them.
 * - Metadata predicates (`METADATA_LINKS`), what they point to, and IRIs that the document uses as types are left out.
 * - Blank nodes and relative references are no targets.
 *
 * Never throws; at most 16 paths are followed into one node, so the result is linear in the document.
 */
export function linksOf(root: JsonObject): readonly Link[] {
  const nodes = new Map<string, JsonObject[]>();
  const types = new Set<string>();
  survey(root, nodes, types);

  const links: Link[] = [];
  const seen = new Set<string>();
  const visits = new Map<string | JsonObject, number>();
  const queue: Visit[] = [];

  const enter = (node: JsonObject, path: readonly Iri[], through: readonly string[]): void => {
    const id = idOf(node);
    const bodies = id === undefined ? undefined : nodes.get(id);
    // A node without members of its own has nothing to walk through.
    if (id !== undefined && (bodies === undefined || through.includes(id))) return;
    const key = id ?? node;
    const count = visits.get(key) ?? 0;
    if (count >= MAX_PATHS_PER_NODE) return;
    visits.set(key, count + 1);
    const onTheWay = id === undefined ? through : [...through, id];
    for (const body of bodies ?? [node]) queue.push({ node: body, path, through: onTheWay });
  };

  const point = (value: JsonValue, path: readonly Iri[], through: readonly string[]): void => {
    if (!isJsonObject(value) || Object.hasOwn(value, '@value')) return;
    const items = member(value, '@list');
    if (isJsonArray(items)) {
      for (const item of items) point(item, path, through);
      return;
    }
    const id = idOf(value);
    if (id !== undefined && isIri(id) && !types.has(id)) {
      const key = `${id} ${path.join(' ')}`;
      if (!seen.has(key)) {
        seen.add(key);
        links.push({ target: id, path, types: typesOf(id, nodes) });
      }
    }
    enter(value, path, through);
  };

  enter(root, [], []);
  // A root with nothing but its id is not in `nodes`, and has no links; the queue is then empty.
  // The queue grows while it is walked.
  for (const { node, path, through } of queue) {
    for (const name of Object.keys(node)) {
      const value = node[name];
      if (value === undefined) continue;
      if (name.charCodeAt(0) === 0x40) {
        for (const beside of nodesBeside(name, value)) enter(beside, path, through);
      } else if (isJsonArray(value) && !METADATA_LINKS.has(name)) {
        const longer = [...path, name as Iri];
        for (const item of value) point(item, longer, through);
      }
    }
  }
  return links;
}

/** Nodes that a keyword puts beside a node rather than below one of its properties. */
function nodesBeside(keyword: string, value: JsonValue): readonly JsonObject[] {
  if (keyword === '@graph' || keyword === '@included') return asNodes(value);
  if (keyword === '@reverse' && isJsonObject(value)) return Object.values(value).flatMap(asNodes);
  return [];
}

function asNodes(value: JsonValue): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

/** Collects each node with members by its id, and everything that is used as a type. */
function survey(value: JsonValue, nodes: Map<string, JsonObject[]>, types: Set<string>): void {
  if (isJsonArray(value)) {
    for (const item of value) survey(item, nodes, types);
    return;
  }
  if (!isJsonObject(value) || Object.hasOwn(value, '@value')) return;
  const names = Object.keys(value);
  const id = idOf(value);
  // Registered before what is inside, so that bodies are in the order of the document.
  if (id !== undefined && names.length > 1) {
    const bodies = nodes.get(id);
    if (bodies === undefined) nodes.set(id, [value]);
    else bodies.push(value);
  }
  for (const name of names) {
    const item = value[name];
    if (item === undefined || name === '@id') continue;
    if (name === '@type') {
      for (const type of isJsonArray(item) ? item : [item]) if (typeof type === 'string') types.add(type);
    } else if (name === '@reverse' && isJsonObject(item)) {
      for (const reversed of Object.values(item)) survey(reversed, nodes, types);
    } else {
      if (name === RDF_TYPE) for (const type of asNodes(item)) types.add(idOf(type) ?? '');
      survey(item, nodes, types);
    }
  }
}

function typesOf(id: string, nodes: ReadonlyMap<string, readonly JsonObject[]>): readonly Iri[] {
  const types = new Set<Iri>();
  for (const body of nodes.get(id) ?? []) {
    const value = member(body, '@type');
    for (const type of isJsonArray(value) ? value : []) if (typeof type === 'string' && isIri(type)) types.add(type);
  }
  return [...types];
}

function idOf(node: JsonObject): string | undefined {
  const id = member(node, '@id');
  return typeof id === 'string' ? id : undefined;
}
