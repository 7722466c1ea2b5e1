import {
  builtinContext,
  CONTEXTS,
  InvalidDocument,
  isIri,
  isJsonArray,
  isJsonObject,
  linksOf,
  member,
  type Document,
  type DocumentReader,
  type DocumentRequest,
  type FormatCause,
  type Iri,
  type JsonObject,
  type JsonValue,
  type Link,
} from '@headwater/linked-data';
import { ContextCache, type ContextCacheLimits, type PreparedContext } from './context-cache.js';
import { ContextSession, type ContextLimits } from './context-session.js';
import { standIns, type StandIns } from './exact-numbers.js';
import { isHostile, mark, unmark, unmarkJson } from './hostile-names.js';
import { PlainContexts, type PlainContext } from './plain-context.js';
import { compactPlain, expandPlain } from './plain-documents.js';
import { compact, expand, type ActiveContext, type ContextResolver } from './processor.js';
import { jsonLength } from './size-bound.js';

export interface ReaderLimits extends ContextLimits, ContextCacheLimits {
  /** Names of members and types whose meaning is remembered, in all contexts together; one takes up to 1 KB. */
  readonly cachedNames: number;
  /** Length of the expanded form: a long term can make a small source large. */
  readonly maxExpandedChars: number;
}

export const DEFAULT_READER_LIMITS: ReaderLimits = {
  maxContexts: 64,
  maxContextChars: 1_048_576,
  maxContextString: 2_048,
  maxContextWork: 200_000,
  maxExpandedChars: 4_194_304,
  cachedTerms: 20_000,
  cachedContextChars: 4_194_304,
  cachedNames: 20_000,
};

/** Reads documents with jsonld: see `DocumentReader` for what that means, and `ReaderLimits` for the bounds. Keeps contexts between calls. */
export class JsonLdDocumentReader implements DocumentReader {
  private readonly limits: ReaderLimits;
  private readonly cache: ContextCache;
  private readonly metadata: PreparedContext;
  private readonly plainContexts: PlainContexts;

  constructor(limits: Partial<ReaderLimits> = {}) {
    this.limits = { ...DEFAULT_READER_LIMITS, ...limits };
    this.cache = new ContextCache(this.limits);
    this.metadata = this.cache.loadedContext(builtinContext(CONTEXTS.metadata)?.['@context'] ?? {});
    this.plainContexts = new PlainContexts(this.limits.cachedNames);
  }

  /** How many contexts are kept at the moment, for metrics. */
  cacheSize(): ReturnType<ContextCache['size']> {
    return this.cache.size();
  }

  /** @throws InvalidDocument */
  async read(request: DocumentRequest): Promise<Document> {
    const { source, base, id: urlId } = request;
    const exact = source.inexact.length === 0 ? undefined : this.exactNumbers(request);
    const raw = exact === undefined ? source.value : exact.value;
    mustBeDocument(raw);

    const session = new ContextSession(this.cache, request.contexts, this.limits, urlId);
    const context = contextOf(raw) ?? { '@vocab': request.vocab, '@base': base };
    const prepared = await session.open(context, JSON.stringify(context));
    const hostile = isHostile(raw, source.text);
    const value = (hostile ? mark(raw) : raw) as JsonObject;

    const plain = hostile ? undefined : this.plainContext('expand', session, base, prepared.elements);
    const plainRoot = plain === undefined ? undefined : expandPlain(value, plain, base);
    const roots = plainRoot === undefined ? await this.expand(value, prepared, session, request) : [plainRoot];
    const { id, node } = identify(roots, request);
    const marked = hostile || session.hostile;
    const types = rootTypes(node, urlId).map((type) => (marked ? unmark(type) : type));

    this.mustFit(node, source.text.length, session, request);
    const expandedText = JSON.stringify([node]);
    mustHaveGoodIds(expandedText, urlId);
    const links = linksOf(node);
    // A JSON literal is the same object in both forms, and compaction may change what it is given.
    const toCompact = expandedText.includes('"@json"') ? parseNode(expandedText) : node;
    const compactedText = await this.compact(id, toCompact, prepared, session, request);

    return {
      id,
      types,
      expanded: restore(expandedText, exact, marked),
      compacted: restore(compactedText, exact, marked),
      links: marked ? links.map(unmarkLink) : links,
      contexts: session.contexts,
    };
  }

  private exactNumbers({ source, id }: DocumentRequest): StandIns {
    const exact = standIns(source);
    if (exact === undefined) throw invalid(id, { kind: 'TooLarge', limit: this.limits.maxExpandedChars });
    return exact;
  }

  private async expand(
    value: JsonObject,
    prepared: PreparedContext,
    session: ContextSession,
    { base, id }: DocumentRequest,
  ): Promise<readonly JsonValue[]> {
    const root = {};
    const input = { ...value, '@context': root };
    return run('expanding', id, session, async () => {
      const contextResolver = session.resolver('expand', base, root, prepared.elements);
      await mustNotHaveBlankAlias(value, base, root, contextResolver);
      const roots = await expand(input, { base, contextResolver, keepFreeFloatingNodes: false });
      // A document that says nothing but its id, or nothing at all, expands to nothing; its id is wanted all the same.
      return roots.length > 0 ? roots : expand(input, { base, contextResolver, keepFreeFloatingNodes: true });
    });
  }

  /** Builds the served text: what is in front is known, only the other members are jsonld's to write. */
  private async compact(
    id: Iri,
    node: JsonObject,
    prepared: PreparedContext,
    session: ContextSession,
    { base, id: urlId }: DocumentRequest,
  ): Promise<string> {
    const { '@id': _, ...withoutId } = node;
    const own = servedContext(prepared);
    const elements = [...this.metadata.elements, ...own.elements];
    const plain = this.plainContext('compact', session, base, elements);
    const plainly = plain === undefined ? undefined : compactPlain(withoutId, plain);
    if (plain !== undefined && plainly !== undefined && !Object.keys(plainly).some(isReservedMember)) {
      return compactedText(id, own.text, plainly, plain.typeKey);
    }
    const root = {};
    const { compacted, active } = await run('compacting', urlId, session, async () => {
      const contextResolver = session.resolver('compact', base, root, elements);
      const options = { base: null, contextResolver, keepFreeFloatingNodes: false };
      const whole = await compact(withoutId, root, options);
      if (!Object.keys(whole.compacted).some(isReservedMember)) return whole;
      return { active: whole.active, compacted: await withoutReservedMembers(withoutId, (part) => compact(part, root, options)) };
    });
    return compactedText(id, own.text, compacted, typeName(compacted, active));
  }

  private plainContext(
    mode: 'expand' | 'compact',
    session: ContextSession,
    base: Iri,
    elements: PreparedContext['elements'],
  ): PlainContext | undefined {
    const active = session.processed(mode, base, elements);
    return active === undefined ? undefined : this.plainContexts.of(active);
  }

  /** Measures the expanded form where it could be too large: every string in it is the source's, prolonged by at most one of a context's. */
  private mustFit(node: JsonObject, sourceChars: number, session: ContextSession, { base, vocab, id }: DocumentRequest): void {
    const limit = this.limits.maxExpandedChars;
    const longestPrefix = Math.min(this.limits.maxContextString, session.totalChars) + base.length + vocab.length;
    if (sourceChars * (12 + longestPrefix) <= limit) return;
    if (jsonLength(node, limit) === undefined) throw invalid(id, { kind: 'TooLarge', limit });
  }
}

const METADATA_TEXT = JSON.stringify(CONTEXTS.metadata);

function invalid(id: Iri | undefined, cause: FormatCause): InvalidDocument {
  return new InvalidDocument({ code: 'InvalidJsonLdFormat', ...(id === undefined ? {} : { id }), cause });
}

/** What a payload must be before JSON-LD comes into it (spec/resources.md 3.3, 3.5). */
function mustBeDocument(value: JsonValue): asserts value is JsonObject {
  if (!isJsonObject(value)) {
    const found = value === null ? 'null' : isJsonArray(value) ? 'an array' : `a ${typeof value}`;
    throw new InvalidDocument({ code: 'MalformedRequestContentRejection', details: `A resource is a JSON object, not ${found}.` });
  }
  const names = Object.keys(value);
  const reserved = names.filter(isReservedMember);
  if (reserved.length > 0) {
    const details = `Members of the root that begin with '_' are reserved for metadata: ${reserved.join(', ')}.`;
    throw new InvalidDocument({ code: 'MalformedRequestContentRejection', details });
  }
  if (isBlank(member(value, '@id'))) throw new InvalidDocument({ code: 'BlankId' });
}

function isReservedMember(name: string): boolean {
  return name.charCodeAt(0) === 0x5f;
}

function isBlank(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** The document's own context, `undefined` where it has none or an empty one (spec/resources.md 3.4). */
function contextOf(value: JsonObject): JsonValue | undefined {
  const context = member(value, '@context');
  return context === undefined || isEmptyContext(context) ? undefined : context;
}

function isEmptyContext(context: JsonValue): boolean {
  if (context === null) return true;
  if (isJsonArray(context)) return context.every(isEmptyContext);
  return isJsonObject(context) && Object.keys(context).length === 0;
}

/** A blank `@id` may be written under an alias too; expansion would make the base of it. */
async function mustNotHaveBlankAlias(value: JsonObject, base: Iri, root: object, contextResolver: ContextResolver): Promise<void> {
  const blank = Object.keys(value).filter((name) => name.charCodeAt(0) !== 0x40 && isBlank(value[name]));
  if (blank.length === 0) return;
  const { active } = await compact({}, root, { base, contextResolver, keepFreeFloatingNodes: false });
  if (blank.some((name) => active.mappings.get(name)?.['@id'] === '@id')) throw new InvalidDocument({ code: 'BlankId' });
}

/** Runs an algorithm of jsonld; what it throws is the document's fault, unless the look-up of a context failed below it. */
async function run<T>(
  stage: 'expanding' | 'compacting',
  id: Iri | undefined,
  session: ContextSession,
  algorithm: () => Promise<T>,
): Promise<T> {
  try {
    return await algorithm();
  } catch (error) {
    // jsonld reports what fails in a scoped context as a syntax error of its own.
    if (session.failure !== undefined) throw session.failure.error;
    if (error instanceof InvalidDocument || !(error instanceof Error)) throw error;
    throw invalid(id, { kind: 'Syntax', stage, code: codeOf(error), message: withoutValues(error.message) });
  }
}

/** jsonld's errors carry a code; TypeError and RangeError come from values that its algorithms do not expect. */
function codeOf(error: Error): string {
  const { details } = error as { details?: { code?: unknown } };
  return typeof details?.code === 'string' ? details.code : 'invalid value';
}

function withoutValues(message: string): string {
  const short = message.length > 300 ? `${message.slice(0, 300)}...` : message;
  return unmark(short.replace(/\.$/, ''));
}

/** The root node with its id in front, and the id it has (spec/resources.md 3.3). */
function identify(
  roots: readonly JsonValue[],
  { id: urlId, generateId }: DocumentRequest,
): { readonly id: Iri; readonly node: JsonObject } {
  const [only] = roots;
  const root: JsonObject = roots.length === 1 && isNode(only) ? only : { '@graph': roots.filter(isNode) };
  const own = Object.hasOwn(root, '@id') ? payloadId(root['@id'], urlId) : undefined;
  if (own !== undefined && urlId !== undefined && own !== urlId) throw new InvalidDocument({ code: 'UnexpectedId', urlId, payloadId: own });
  const id = urlId ?? own ?? generateId();
  const rest = roots.length === 0 || (roots.length === 1 && !isNode(only)) ? {} : root;
  return { id, node: { '@id': id, ...rest } };
}

function isNode(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value) && !Object.hasOwn(value, '@value') && !Object.hasOwn(value, '@list');
}

function payloadId(value: JsonValue | undefined, urlId: Iri | undefined): Iri {
  const text = typeof value === 'string' ? unmark(value) : JSON.stringify(value);
  if (text.startsWith('_:')) throw invalid(urlId, { kind: 'BlankRoot', value: text });
  if (!isIri(text)) throw invalid(urlId, { kind: 'InvalidIri', keyword: '@id', value: text });
  return text;
}

const BAD_ID = /"@id":"([^"]*[\s<>{}|^`\\][^"]*)"/;

/** An id with a character that no IRI has is refused wherever it stands; jsonld takes what has a blank for a relative reference. */
function mustHaveGoodIds(expandedText: string, urlId: Iri | undefined): void {
  const bad = BAD_ID.exec(expandedText)?.[1];
  // A JSON literal may hold anything, also under this name.
  if (bad === undefined || expandedText.includes('"@json"')) return;
  throw invalid(urlId, { kind: 'InvalidIri', keyword: '@id', value: unmark(bad) });
}

function rootTypes(node: JsonObject, urlId: Iri | undefined): readonly Iri[] {
  const value = member(node, '@type');
  if (value === undefined) return [];
  const types = new Set<Iri>();
  for (const type of isJsonArray(value) ? value : [value]) {
    if (typeof type !== 'string' || !isIri(type)) {
      throw invalid(urlId, { kind: 'InvalidIri', keyword: '@type', value: typeof type === 'string' ? unmark(type) : JSON.stringify(type) });
    }
    types.add(type);
  }
  return [...types];
}

/** The context as it is served: without metadata.json, which comes first, and without what a null in it makes void. */
function servedContext(prepared: PreparedContext): Pick<PreparedContext, 'elements' | 'text'> {
  const { elements } = prepared;
  if (!elements.some((element) => element === null || element === CONTEXTS.metadata)) return prepared;
  const items = JSON.parse(`[${prepared.text}]`) as readonly JsonValue[];
  const from = elements.lastIndexOf(null) + 1;
  const kept = elements.map((element, index) => index >= from && element !== CONTEXTS.metadata);
  const texts = items.filter((_, index) => kept[index]).map((item) => JSON.stringify(item));
  return { elements: elements.filter((_, index) => kept[index]), text: texts.join(',') };
}

/** The served text: context, id and type in front, whatever aliases the context has for them. */
function compactedText(id: Iri, contextText: string, compacted: JsonObject, typeKey: string | undefined): string {
  const context = contextText === '' ? METADATA_TEXT : `${METADATA_TEXT},${contextText}`;
  const head = `{"@context":[${context}],"@id":${JSON.stringify(id)}`;
  const names = Object.keys(compacted);
  const [first] = names;
  if (first === undefined) return `${head}}`;
  const type = typeKey === undefined ? undefined : member(compacted, typeKey);
  if (typeKey === undefined || type === undefined) return `${head},${JSON.stringify(compacted).slice(1)}`;
  // Types come first, but for members that look like array indexes, which JavaScript puts before all others.
  if (first === typeKey) return `${head},"@type"${JSON.stringify(compacted).slice(1 + JSON.stringify(typeKey).length)}`;
  const members = names.filter((name) => name !== typeKey).map((name) => `,${JSON.stringify(name)}:${JSON.stringify(compacted[name])}`);
  return `${head},"@type":${JSON.stringify(type)}${members.join('')}}`;
}

/** The member that is the root's type, under whatever alias the context has for it. */
function typeName(compacted: JsonObject, active: ActiveContext): string | undefined {
  if (Object.hasOwn(compacted, '@type')) return '@type';
  return Object.keys(compacted).find((name) => active.mappings.get(name)?.['@id'] === '@type');
}

/**
 * The node compacted so that no member begins with `_`: a property that would is kept under its IRI, its values in expanded form, which
 * says the same under every context; a keyword under its own name. Slow, property by property, and hardly ever needed.
 */
async function withoutReservedMembers(
  node: JsonObject,
  compactPart: (part: JsonObject) => Promise<{ readonly compacted: JsonObject }>,
): Promise<JsonObject> {
  const kept: Record<string, JsonValue> = {};
  const moved: Record<string, JsonValue> = {};
  const types = typesOf(node);
  const { compacted: typesOnly } = await compactPart(types);
  const typeAliases = Object.keys(typesOnly).filter(isReservedMember);
  for (const alias of typeAliases) moved['@type'] = typesOnly[alias] ?? null;
  for (const [name, value] of Object.entries(node)) {
    if (name === '@type') continue;
    const { compacted } = await compactPart({ ...types, [name]: value });
    const [alias] = Object.keys(compacted).filter((written) => isReservedMember(written) && !typeAliases.includes(written));
    if (alias === undefined) kept[name] = value;
    else moved[name] = name.startsWith('@') ? (compacted[alias] ?? null) : value;
  }
  const { compacted } = await compactPart({ ...types, ...kept });
  const rest = Object.entries(compacted).filter(([name]) => !typeAliases.includes(name));
  return { ...Object.fromEntries(rest), ...moved };
}

/** Types belong to every part, as contexts may be scoped to them. */
function typesOf(node: JsonObject): JsonObject {
  const types = member(node, '@type');
  return types === undefined ? {} : { '@type': types };
}

function parseNode(expandedText: string): JsonObject {
  const [node] = JSON.parse(expandedText) as readonly JsonObject[];
  return node ?? {};
}

function restore(text: string, exact: StandIns | undefined, marked: boolean): string {
  const unmarked = marked ? unmarkJson(text) : text;
  return exact === undefined ? unmarked : exact.restore(unmarked);
}

function unmarkLink({ target, path, types }: Link): Link {
  return { target: unmark(target), path: path.map(unmark), types: types.map(unmark) };
}
