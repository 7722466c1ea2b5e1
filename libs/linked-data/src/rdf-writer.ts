import type { Iri } from './iri.js';

/** Writes a document in expanded form (JSON text) as RDF (spec/resources.md 1.6). Pure; numbers keep their digits. */
export interface RdfWriter {
  /** The default graph's statements are put into `graph`: the resource's id (ruling 16). */
  nQuads(expanded: string, graph: Iri): string;
  nTriples(expanded: string): string;
  /** In the DOT language of Graphviz. */
  dot(expanded: string, id: Iri): string;
}
