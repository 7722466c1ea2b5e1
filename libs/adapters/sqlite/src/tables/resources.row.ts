import { eventId, revision, type Actor, type Row, type StreamName } from '@headwater/event-sourcing';
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
  name: string | null,
  label: string | null,
  prefLabel: string | null,
  description: string | null,
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
  'name',
  'label',
  'pref_label',
  'description',
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
    ...encodeLabels(labels),
  ];
}

/** What entities of one project and schema have in common. */
type Fixed = Pick<EntityRow['entity'], 'kind' | 'organization' | 'project' | 'organizationUuid' | 'projectUuid' | 'schema'>;

const NO_TAGS: readonly never[] = [];
const NO_LABELS: EntityRow['labels'] = {};

/** A listed entity, given the id that its stream is named by. Member by member: a page has dozens, and spreading objects is slow. */
export function decodeEntity(id: Iri, columns: EntityColumns, terms: TermReader): Pick<EntityRow, 'entity' | 'labels'> {
  const [at, , deprecated, created, updated, fixed, types, actors, contentRev, hash, rest, name, label, prefLabel, description] = columns;
  const { kind, organization, project, organizationUuid, projectUuid, schema } = terms.json(fixed) as Fixed;
  const [createdBy, updatedBy] = terms.json(actors) as readonly [Actor, Actor];
  const entity: Record<string, unknown> = {
    kind,
    id,
    organization,
    project,
    organizationUuid,
    projectUuid,
    types: terms.json(types),
    rev: at,
    contentRev,
    contentBase: contentRev - 1,
    createdAt: isoInstant(created),
    createdBy,
    updatedAt: isoInstant(updated),
    updatedBy,
    deprecated: deprecated === 1,
    schema,
    tags: NO_TAGS,
  };
  if (hash !== null) entity['hash'] = hash;
  if (rest !== null) Object.assign(entity, parseRest(rest));
  return { entity: entity as unknown as EntityRow['entity'], labels: decodeLabels(name, label, prefLabel, description) };
}

type LabelColumns = readonly [name: string | null, label: string | null, prefLabel: string | null, description: string | null];

/** A label that gets no column does not compile. */
function encodeLabels({ name, label, prefLabel, description, ...others }: EntityRow['labels']): LabelColumns {
  const none: Record<string, never> = others;
  if (Object.keys(none).length > 0) throw new Error(`There is no column for the labels ${Object.keys(none).join(', ')}.`);
  return [name ?? null, label ?? null, prefLabel ?? null, description ?? null];
}

function decodeLabels(...[name, label, prefLabel, description]: LabelColumns): EntityRow['labels'] {
  if (name === null && label === null && prefLabel === null && description === null) return NO_LABELS;
  const labels: { -readonly [Name in keyof EntityRow['labels']]: EntityRow['labels'][Name] } = {};
  if (name !== null) labels.name = name;
  if (label !== null) labels.label = label;
  if (prefLabel !== null) labels.prefLabel = prefLabel;
  if (description !== null) labels.description = description;
  return labels;
}

export function decodeRow(stream: StreamName, columns: EntityColumns, compacted: string, terms: TermReader): Row<EntityRow> {
  return {
    stream,
    revision: revision(columns[0]),
    eventId: eventId(columns[1]),
    value: { ...decodeEntity(idIn(stream), columns, terms), compacted },
  };
}
