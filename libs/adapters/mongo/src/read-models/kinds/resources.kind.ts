import type { Row } from '@headwater/event-sourcing';
import { resourcesProjection, type EntityRow, type ListedEntity } from '@headwater/read-models';
import { placeOf, rowAt, type ProjectionKind, type StoredRow } from './kind.js';

/**
 * What a row counts into is also what it is listed in: a project's active or deprecated entities, those of one type, those of one schema.
 * `lists` names these by their counters' keys. Ties are broken by the stream's name, which within a project is in the order of ids.
 */
export interface ResourceDocument extends StoredRow {
  readonly lists: readonly string[];
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
  /** JSON of what a listing shows. */
  readonly listed: string;
  /** The document, as it is served. */
  readonly compacted: string;
}

export const LIST_INDEXES = {
  _createdAt: { name: 'by_creation', key: { lists: 1, created: 1, _id: 1 } },
  _updatedAt: { name: 'by_change', key: { lists: 1, updated: 1, _id: 1 } },
  '@id': { name: 'by_id', key: { lists: 1, _id: 1 } },
} as const;

export const resourcesKind: ProjectionKind = {
  indexes: Object.values(LIST_INDEXES),
  history: false,
  encode(row): ResourceDocument {
    const { value } = row as Row<EntityRow>;
    const { entity, labels, compacted } = value;
    return {
      ...placeOf(row),
      lists: [...new Set(resourcesProjection.counts?.(value) ?? [])],
      created: Date.parse(entity.createdAt),
      updated: Date.parse(entity.updatedAt),
      listed: JSON.stringify({ entity, labels }),
      compacted,
    };
  },
  decode: (stored) => decodeEntity(stored as ResourceDocument),
};

export function decodeEntity(document: ResourceDocument): Row<EntityRow> {
  const { entity, labels } = decodeListed(document);
  return rowAt(document, { entity, compacted: document.compacted, labels });
}

export const decodeListed = ({ listed }: Pick<ResourceDocument, 'listed'>): ListedEntity => JSON.parse(listed) as ListedEntity;
