import type { ContextLoader } from './context-loader.js';
import type { Iri } from './iri.js';
import type { JsonSource } from './json-source.js';
import type { JsonObject } from './json-value.js';

/** One thing that a document points to (spec/resources.md 3.9); distinct by target and path. */
export interface Link {
  readonly target: Iri;
  /** The predicates walked from the root to the target, at least one. */
  readonly path: readonly Iri[];
  /** The types that this document asserts on the target, in the order of the document. */
  readonly types: readonly Iri[];
}

/** A context that the reading used, also indirectly: for `remote-contexts` and for telling whether a refresh would change anything. */
export interface UsedContext {
  readonly iri: Iri;
  readonly kind: 'builtin' | 'resource';
  /** `org/project`; of resources only, as is `rev`. */
  readonly project?: string;
  readonly rev?: number;
}

/** What a JSON-LD document says. Texts are final: nothing downstream expands or resolves again. */
export interface Document {
  readonly id: Iri;
  /** The root's types, distinct, in the order of the document. */
  readonly types: readonly Iri[];
  /** Expanded form: JSON text of an array of exactly one node, whose first member is `@id`. */
  readonly expanded: string;
  /**
   * Compacted form: JSON text of one object. `@context` is first (an array: the metadata context, then the document's own), then `@id`
   * (the full IRI), `@type` (where there is one), then the other members. No root member begins with `_`, so metadata can be added.
   */
  readonly compacted: string;
  readonly links: readonly Link[];
  readonly contexts: readonly UsedContext[];
}

export interface DocumentRequest {
  readonly source: JsonSource;
  /** The project's base: what relative references resolve against. */
  readonly base: Iri;
  /** The project's vocabulary: what the terms of a document without a context belong to. */
  readonly vocab: Iri;
  /** The id from the URL, or the stored one on a refresh; the document's own `@id` must then be the same or absent. */
  readonly id?: Iri;
  /** Called at most once, where neither URL nor document has an id. */
  readonly generateId: () => Iri;
  readonly contexts: ContextLoader;
}

/**
 * Reads a document in one pass: context, id, types, links, expanded and compacted form (spec/resources.md 3.3 to 3.6, 3.9).
 *
 * An adapter owes: no network; no memory that grows with what it has read; time and output bounded by its limits; an `InvalidDocument`
 * for everything that is the document's fault; and failures of the loader passed on as they are.
 */
export interface DocumentReader {
  /** @throws InvalidDocument */
  read(request: DocumentRequest): Promise<Document>;
}

/** Why a document is no JSON-LD that can be kept: the details of `InvalidJsonLdFormat`. */
export type FormatCause =
  | { readonly kind: 'ContextNotFound'; readonly iri: string }
  | { readonly kind: 'CircularContexts'; readonly iris: readonly string[] }
  | { readonly kind: 'TooManyContexts'; readonly limit: number }
  | { readonly kind: 'ContextTooLarge'; readonly limit: number }
  | { readonly kind: 'TooLarge'; readonly limit: number }
  | { readonly kind: 'InvalidIri'; readonly keyword: '@id' | '@type' | '@context'; readonly value: string }
  | { readonly kind: 'BlankRoot'; readonly value: string }
  | { readonly kind: 'Syntax'; readonly stage: 'expanding' | 'compacting'; readonly code: string; readonly message: string };

/** The closed set of refusals; codes are the `@type` values of spec/resources.md 2.2. */
export type InvalidDocumentReason =
  | { readonly code: 'MalformedRequestContentRejection'; readonly details: string }
  | { readonly code: 'BlankId' }
  | { readonly code: 'UnexpectedId'; readonly urlId: Iri; readonly payloadId: string }
  | { readonly code: 'InvalidJsonLdFormat'; readonly id?: Iri; readonly cause: FormatCause }
  | { readonly code: 'ReservedResourceId'; readonly id: Iri }
  | { readonly code: 'ReservedResourceTypes'; readonly types: readonly Iri[] };

/** A document that is refused: always the caller's to correct, status 400. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';

  constructor(readonly reason: InvalidDocumentReason) {
    super(describe(reason));
  }

  get code(): InvalidDocumentReason['code'] {
    return this.reason.code;
  }

  /** The fields that an error body has besides `@type` and `reason` (spec/resources.md 2.2 and 2.6). */
  extras(): JsonObject {
    const { reason } = this;
    if (reason.code === 'MalformedRequestContentRejection') return { details: reason.details };
    if (reason.code !== 'InvalidJsonLdFormat') return {};
    const { cause } = reason;
    const why = describeCause(cause);
    switch (cause.kind) {
      case 'ContextNotFound':
        return { rdf: { '@type': 'RemoteContextError', error: { '@type': 'RemoteContextNotAccessible', iri: cause.iri, reason: why } } };
      case 'CircularContexts':
        return { rdf: { '@type': 'RemoteContextError', error: { '@type': 'RemoteContextCircularDependency', reason: why } } };
      case 'TooManyContexts':
        return { rdf: { '@type': 'RemoteContextError', error: { '@type': 'RemoteContextLimitExceeded', reason: why } } };
      case 'InvalidIri':
      case 'BlankRoot':
        return { rdf: { '@type': 'InvalidIri' }, details: why };
      case 'ContextTooLarge':
      case 'TooLarge':
      case 'Syntax':
        return { details: why };
    }
  }
}

function describe(reason: InvalidDocumentReason): string {
  switch (reason.code) {
    case 'MalformedRequestContentRejection':
      return 'The request content was malformed.';
    case 'BlankId':
      return 'The id of the document is blank.';
    case 'UnexpectedId':
      return `The id '${reason.urlId}' does not match the id of the document, '${reason.payloadId}'.`;
    case 'InvalidJsonLdFormat':
      return `${reason.id === undefined ? 'The resource' : `Resource '${reason.id}'`} is not valid JSON-LD: ${describeCause(reason.cause)}`;
    case 'ReservedResourceId':
      return `The id '${reason.id}' is reserved for the platform.`;
    case 'ReservedResourceTypes':
      return `The types ${reason.types.map((type) => `'${type}'`).join(', ')} are reserved for the platform.`;
  }
}

function describeCause(cause: FormatCause): string {
  switch (cause.kind) {
    case 'ContextNotFound':
      return `the context '${cause.iri}' is neither built in nor a resource that the project can resolve.`;
    case 'CircularContexts':
      return `contexts include each other in a circle: ${cause.iris.map((iri) => `'${iri}'`).join(' -> ')}.`;
    case 'TooManyContexts':
      return `it uses more than ${cause.limit} contexts.`;
    case 'ContextTooLarge':
      return `its contexts ask for more than the limit of ${cause.limit} allows.`;
    case 'TooLarge':
      return `its expanded form is larger than ${cause.limit} bytes.`;
    case 'InvalidIri':
      return `the value '${cause.value}' of '${cause.keyword}' is not an absolute IRI.`;
    case 'BlankRoot':
      return `the id of a resource cannot be a blank node, as '${cause.value}' is.`;
    case 'Syntax':
      return `${cause.message} (${cause.code}, while ${cause.stage})`;
  }
}
