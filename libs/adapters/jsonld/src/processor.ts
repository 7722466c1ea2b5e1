import { createRequire } from 'node:module';
import type { JsonObject, JsonValue } from '@headwater/linked-data';

/** A term of an active context, as far as it is looked into here. */
export interface TermDefinition {
  readonly '@id'?: string | null;
  readonly '@type'?: string;
  readonly '@container'?: readonly string[];
  readonly reverse?: boolean;
  readonly _prefix?: boolean;
  _termHasColon?: boolean;
}

/** An active context of jsonld: what its algorithms carry along. Opaque but for what is needed here. */
export interface ActiveContext {
  readonly mappings: ReadonlyMap<string, TermDefinition | null>;
  readonly '@vocab'?: string;
  readonly previousContext?: ActiveContext;
  '@base'?: string | null;
}

/** What jsonld keeps with a context that it has processed. */
export interface Processed {
  readonly context: ActiveContext;
  readonly events: readonly unknown[];
}

/** One context ready to be processed: the object (or null, which resets), and a place to keep what came of it. */
export interface ResolvedContext {
  readonly document: JsonObject | null;
  getProcessed(active: ActiveContext): Processed | undefined;
  setProcessed(active: ActiveContext, processed: Processed): void;
}

/** Turns the value of an `@context` into contexts to process, in order. */
export interface ContextResolver {
  resolve(request: { readonly context: unknown }): readonly ResolvedContext[] | Promise<readonly ResolvedContext[]>;
}

export interface ProcessorOptions {
  /** The document's base; null leaves relative references as they are. */
  readonly base: string | null;
  readonly contextResolver: ContextResolver;
  readonly keepFreeFloatingNodes: boolean;
}

/** What a relative reference is resolved against. */
export interface RelativeTo {
  readonly vocab?: boolean;
  readonly base?: boolean;
}

interface LibraryOptions extends ProcessorOptions {
  readonly documentLoader: () => never;
  readonly eventHandler: null;
  readonly compactArrays: true;
  readonly graph: false;
  readonly link: false;
}

/**
 * The algorithms of jsonld 9.0.0 (pinned exactly), taken from its modules rather than from its facade. The facade keeps one process-wide
 * cache of contexts by IRI, which would mix up projects and revisions, has a document loader that may use the network, and takes 150 ms to
 * load because of it. `processor.spec.ts` compares the two.
 */
const require = createRequire(import.meta.url);
const library = {
  context: require('jsonld/lib/context.js') as {
    getInitialContext(options: object): ActiveContext;
    expandIri(activeCtx: ActiveContext, value: string, relativeTo: RelativeTo, options: object): string | null;
    process(request: { activeCtx: ActiveContext; localCtx: unknown; options: LibraryOptions }): Promise<ActiveContext>;
  },
  expand: require('jsonld/lib/expand.js') as {
    expand(request: { activeCtx: ActiveContext; element: unknown; options: LibraryOptions }): Promise<unknown>;
  },
  compact: require('jsonld/lib/compact.js') as {
    compactIri(request: { activeCtx: ActiveContext; iri: string; value: unknown; relativeTo: RelativeTo; base: null }): string;
    compact(request: { activeCtx: ActiveContext; element: unknown; options: LibraryOptions }): Promise<unknown>;
  },
};

function neverLoad(): never {
  throw new Error('Contexts are resolved before they are processed.');
}

function complete(options: ProcessorOptions): LibraryOptions {
  return { ...options, documentLoader: neverLoad, eventHandler: null, compactArrays: true, graph: false, link: false };
}

/** Expands; the result is always an array, and an object that is nothing but a `@graph` is its graph's nodes. Does not change `input`. */
export async function expand(input: Readonly<Record<string, unknown>>, options: ProcessorOptions): Promise<readonly JsonValue[]> {
  const expanded = (await library.expand.expand({ activeCtx: INITIAL_CONTEXT, element: input, options: complete(options) })) as JsonValue;
  if (expanded === null) return [];
  if (Array.isArray(expanded)) return expanded as readonly JsonValue[];
  const graph = (expanded as JsonObject)['@graph'];
  if (graph !== undefined && Object.keys(expanded).length === 1) return graph as readonly JsonValue[];
  return [expanded];
}

/**
 * Compacts one expanded node against a context, which is not part of the result. `active` is the context's processed form.
 * May change JSON literals in `node`.
 */
export async function compact(
  node: JsonObject,
  context: object,
  options: ProcessorOptions,
): Promise<{ readonly compacted: JsonObject; readonly active: ActiveContext }> {
  const libraryOptions = complete(options);
  const active = await library.context.process({
    activeCtx: INITIAL_CONTEXT,
    localCtx: context,
    options: libraryOptions,
  });
  const compacted = (await library.compact.compact({ activeCtx: active, element: node, options: libraryOptions })) as JsonObject;
  return { compacted, active };
}

/** The active context before any context was processed. */
export const INITIAL_CONTEXT = library.context.getInitialContext({});

/** What a name stands for: an IRI, a keyword, or null where the name is to be ignored. */
export function expandIri(active: ActiveContext, name: string, relativeTo: RelativeTo, base: string | null): string | null {
  return library.context.expandIri(active, name, relativeTo, { base, eventHandler: null });
}

/** The name that an IRI or a keyword is compacted to; of a property, the value has a say. */
export function compactIri(active: ActiveContext, iri: string, vocab: boolean, value: unknown = null): string {
  return library.compact.compactIri({ activeCtx: active, iri, value, relativeTo: { vocab }, base: null });
}

/**
 * Makes a processed context fit for compaction: jsonld 9.0.0 fails (TypeError) where a term with a colon has the IRI of a longer term without
 * one, as `{"dc": "http://x/", "dc:t": {"@type": "@id"}, "title": "http://x/t"}`. The mark that it stumbles over keeps such terms from being prefixes, which they
 * are not in any case.
 */
export function repair(context: ActiveContext): void {
  const withColon: TermDefinition[] = [];
  for (const term of context.mappings.values()) if (term?._termHasColon === true) withColon.push(term);
  if (withColon.length === 0) return;
  const others = new Set<unknown>();
  for (const term of context.mappings.values()) if (term !== null && term._termHasColon !== true) others.add(term['@id']);
  for (const term of withColon) if (others.has(term['@id'])) term._termHasColon = false;
}
