import type { Iri } from './iri.js';
import type { JsonValue } from './json-value.js';

/** A context that is the payload of a resource: the value of its source's top-level `@context`, and which revision that is. */
export interface LoadedContext {
  /**
   * The same object each time for the same revision, never changed afterwards: readers keep what they derived from it by identity,
   * so a new object on each call costs time, and one object for two revisions would be wrong.
   */
  readonly context: JsonValue;
  /** `org/project` of the resource. */
  readonly project: string;
  readonly rev: number;
}

/**
 * Finds contexts that are resources, through the resolvers of the project that the document is written to (spec/resources.md 3.4).
 *
 * An adapter owes:
 * - all IRIs of one call in one round of look-ups; a document with contexts nested n levels deep makes n calls;
 * - resources of the latest revision, deprecated ones too;
 * - an IRI that leads nowhere, or to a resource without a top-level `@context`, is left out of the answer, never an error;
 * - nothing is ever fetched from the network;
 * - failures to look (a store that is out of reach) are thrown as they are.
 *
 * Built-in contexts are not asked for: readers know them.
 */
export interface ContextLoader {
  load(iris: readonly Iri[]): Promise<ReadonlyMap<Iri, LoadedContext>>;
}
