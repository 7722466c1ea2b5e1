import type { Revision, Row, StreamName } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import type { EntityRow } from './resources.projection.js';

/** A row beside the stream's newest revision in the event store, looked up in one round (design.md, Catch-up on read). */
export interface Latest {
  readonly row?: Row<EntityRow>;
  /** 0 where the stream has no event. */
  readonly newest: Revision | 0;
  /** The revision that could not be applied, where the stream is parked. */
  readonly parkedAt?: Revision;
}

export type SortField = '_createdAt' | '_updatedAt' | '@id';

/** Where a page of a listing begins: after the entity with this key of the sort field (milliseconds for dates) and this id. */
export interface ListCursor {
  readonly key: number | string;
  readonly id: Iri;
}

export interface ListQuery {
  readonly project: ProjectRef;
  /** Undefined: both. */
  readonly deprecated?: boolean;
  /** All of them (ruling 2), or any with `typeOperator: 'or'`; none: no filter. */
  readonly types: readonly Iri[];
  readonly typeOperator: 'and' | 'or';
  readonly schema?: Iri;
  readonly sort: { readonly field: SortField; readonly descending: boolean };
  readonly page: { readonly from: number } | { readonly after: ListCursor };
  readonly size: number;
}

/** An entity without its document. */
export type ListedEntity = Pick<EntityRow, 'entity' | 'labels'>;

export interface ListPage {
  readonly total: number;
  readonly entities: readonly ListedEntity[];
  /** Where the next page begins; absent on the last. */
  readonly next?: ListCursor;
}

/** Reads the resources projection. */
export interface ResourcesReader {
  /** @throws StoreUnavailable where the newest revision cannot be known. */
  latest(stream: StreamName): Promise<Latest>;
  /**
   * The row alone, as it was applied last: what `Headwater-Consistency: eventual` is answered where the event store is out of reach. Asks
   * nothing that needs the event store or, where read models have copies, the newest of them.
   */
  applied(stream: StreamName): Promise<Row<EntityRow> | undefined>;
  /**
   * Ordered by the sort field, then by id, both by code point; descending is the exact reverse. The total is exact and that of the filter,
   * whatever the page. Following `next` gives each entity once, as long as nothing is written.
   */
  list(query: ListQuery): Promise<ListPage>;
  /** Entities of a project by id, in the order asked. */
  listed(project: ProjectRef, ids: readonly Iri[]): Promise<readonly (ListedEntity | undefined)[]>;
}
