import type { ProjectRef } from '@headwater/event-contracts';
import type { Iri, Link } from '@headwater/linked-data';
import type { ListedEntity } from '../resources/resources.reader.js';

export interface LinksQuery {
  readonly project: ProjectRef;
  readonly id: Iri;
  readonly from: number;
  readonly size: number;
}

/** A link and what is known of its other end; `entity` is absent where that is no entity of the project, now. */
export interface FoundLink {
  /** The other end. */
  readonly id: Iri;
  readonly path: readonly Iri[];
  /** What the linking document says of its target. */
  readonly types: Link['types'];
  readonly entity?: ListedEntity;
}

export interface LinksPage {
  readonly total: number;
  readonly links: readonly FoundLink[];
}

/** Reads the links projection. One link per other end and path; a resource's links to itself are left out. */
export interface LinksReader {
  /** From other resources of the project, deprecated ones too, to `id`, which need not be a resource; by the source's id, then the path. */
  incoming(query: LinksQuery): Promise<LinksPage>;
  /** In the order of the document. Without external links: only to entities of the project, in the total too. */
  outgoing(query: LinksQuery & { readonly includeExternalLinks: boolean }): Promise<LinksPage>;
}
