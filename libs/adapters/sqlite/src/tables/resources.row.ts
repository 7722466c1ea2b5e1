import { baseAt, eventId, revision, type Actor, type Row, type StreamName } from '@headwater/event-sourcing';
import type { Iri } from '@headwater/linked-data';
import type { EntityRow } from '@headwater/read-models';
import { isoInstant } from '../iso-instant.js';
import type { TermReader, TermWriter } from '../terms.js';
import { parseRest, restOf } from './tables.js';

/** The id in the name of an entity's stream, `entity/{organisation}/{project}/{id}`; labels hold no `/`. */
export function idIn(stream: string): Iri {
  const organization = stream.indexOf('/') + 1;
  const project = stream.indexOf('/', organization) + 1;
  return stream.slice(stream.indexOf('/', project) + 1) as Iri;
}

/**
 * An entity's row without its document. What many entities have in common is a number that names a text (`terms`): `fixed` is kind, project,
 * its and the organisation's UUIDs and the schema; `types` and `actors` (creator, last changer) are lists. `rest` is JSON of whatever no
 * column holds: tags, the identity of a pushed item, and members that this release does not know by name.
 */
export type EntityColumns = readonly [
  revision: number,
  eventId: string,
  deprecated: number,
  created: number,
  updated: number,
  fixed: number,
  types: number,
  actors: number,
  contentRev: number,
  hash: string | null,
  rest: string | null,
  labels: string | null,
];

export const ENTITY_COLUMNS = [
  'revision',
  'event_id',
  'deprecated',
  'created',
  'updated',
  'fixed',
  'types',
  'actors',
  'content_rev',
  'hash',
  'rest',
  'labels',
] as const;

/** The columns, each of the table with this name in the statement. */
export const entityColumns = (alias: string): string => ENTITY_COLUMNS.map((column) => `${alias}.${column}`).join(', ');

export function encodeEntity(
  { stream, revision: at, eventId: id, value: { entity, labels } }: Row<EntityRow>,
  terms: TermWriter,
): EntityColumns {
  const {
    kind,
    organization,
    project,
    organizationUuid,
    projectUuid,
    schema,
    types,
    rev,
    contentRev,
    contentBase,
    deprecated,
    tags,
    ...others
  } = entity;
  const { id: iri, createdAt, createdBy, updatedAt, updatedBy, ...more } = others;
  const { hash, ...rest }: Record<string, unknown> = more;
  // Not the first event of its commit.
  if (contentBase !== contentRev - 1) rest['contentBase'] = contentBase;
  if (iri !== idIn(stream)) rest['id'] = iri;
  if (tags.length > 0) rest['tags'] = tags;
  if (rev !== at) rest['rev'] = rev;
  const [created, updated] = [Date.parse(createdAt), Date.parse(updatedAt)];
  // Written with another precision than ours, an instant is kept as it was written.
  if (isoInstant(created) !== createdAt) rest['createdAt'] = createdAt;
  if (isoInstant(updated) !== updatedAt) rest['updatedAt'] = updatedAt;
  return [
    at,
    id,
    deprecated ? 1 : 0,
    created,
    updated,
    terms.idOf(JSON.stringify({ kind, organization, project, organizationUuid, projectUuid, schema })),
    terms.idOf(JSON.stringify(types)),
    terms.idOf(JSON.stringify([createdBy, updatedBy])),
    contentRev,
    typeof hash === 'string' ? hash : null,
    restOf(rest),
    restOf({ ...labels }),
  ];
}

/** A listed entity, given the id that its stream is named by. */
export function decodeEntity(id: Iri, columns: EntityColumns, terms: TermReader): Pick<EntityRow, 'entity' | 'labels'> {
  const [at, , deprecated, created, updated, fixed, types, actors, contentRev, hash, rest, labels] = columns;
  const [createdBy, updatedBy] = terms.json(actors) as readonly [Actor, Actor];
  const entity = {
    ...(terms.json(fixed) as Pick<
      EntityRow['entity'],
      'kind' | 'organization' | 'project' | 'organizationUuid' | 'projectUuid' | 'schema'
    >),
    id,
    types: terms.json(types) as readonly Iri[],
    rev: revision(at),
    contentRev: revision(contentRev),
    contentBase: baseAt(revision(contentRev - 1)),
    createdAt: isoInstant(created),
    createdBy,
    updatedAt: isoInstant(updated),
    updatedBy,
    deprecated: deprecated === 1,
    tags: [],
    ...(hash === null ? undefined : { hash }),
    ...(rest === null ? undefined : parseRest(rest)),
  } as unknown as EntityRow['entity'];
  return { entity, labels: parseRest(labels) };
}

export function decodeRow(stream: StreamName, columns: EntityColumns, compacted: string, terms: TermReader): Row<EntityRow> {
  return {
    stream,
    revision: revision(columns[0]),
    eventId: eventId(columns[1]),
    value: { ...decodeEntity(idIn(stream), columns, terms), compacted },
  };
}
