import type { Entity } from '@headwater/resources';
import type { FoundLink, ListedEntity } from '@headwater/read-models';
import { CONTEXT } from './contexts.js';
import type { Urls } from './urls.js';

const NXV = 'https://bluebrain.github.io/nexus/vocabulary/';

/*
 * Answers are put together as text. What a row keeps is the bytes that are served; only what depends on the public URL is added here, and
 * always at the end, behind the document's own members: nothing is searched for or replaced in user data.
 */

const json = JSON.stringify;

/** A project reference holds `organization` and `project`; so does an entity. */
const self = (urls: Urls, entity: Entity): string => urls.entity(entity, entity.id);

/**
 * `"_constrainedBy":…,"_updatedBy":…`: the metadata of section 1.4, without braces or leading comma. Addresses need no escaping: they are made
 * of the public URL, labels and percent-encoded segments.
 */
export function metadataMembers(urls: Urls, entity: Entity): string {
  const at = self(urls, entity);
  return (
    `"_constrainedBy":${json(entity.schema.id)},"_createdAt":"${entity.createdAt}","_createdBy":"${urls.actor(entity.createdBy)}"` +
    `,"_deprecated":${String(entity.deprecated)},"_incoming":"${at}/incoming","_outgoing":"${at}/outgoing"` +
    `,"_project":"${urls.project(entity)}","_rev":${String(entity.rev)},"_schemaProject":"${urls.projectNamed(entity.schema.project)}"` +
    `,"_self":"${at}","_updatedAt":"${entity.updatedAt}","_updatedBy":"${urls.actor(entity.updatedBy)}"`
  );
}

/** Types as a member with a trailing comma, one as a string, several as an array; nothing where there is none. */
function typeMember(types: readonly string[]): string {
  if (types.length === 0) return '';
  return `"@type":${types.length === 1 ? json(types[0]) : json(types)},`;
}

/** System entities use the terms of their context, resources full IRIs (section 4.4). */
const shownTypes = (entity: Entity): readonly string[] =>
  entity.kind === 'resource' ? entity.types : entity.types.map((type) => (type.startsWith(NXV) ? type.slice(NXV.length) : type));

/** The answer to a write: metadata only (section 1.4). JSON text. */
export function writtenEntity(urls: Urls, entity: Entity): string {
  const context = entity.kind === 'resource' ? json(CONTEXT.metadata) : json([CONTEXT.resolvers, CONTEXT.metadata]);
  return `{"@context":${context},"@id":${json(entity.id)},${typeMember(shownTypes(entity))}${metadataMembers(urls, entity)}}`;
}

/** The full representation (section 1.5): the stored document and its metadata. JSON text. */
export const fetchedEntity = (urls: Urls, entity: Entity, compacted: string): string =>
  `${compacted.slice(0, -1)},${metadataMembers(urls, entity)}}`;

/** An item of a listing (section 4.4). JSON text. */
export function listedEntity(urls: Urls, { entity, labels }: ListedEntity): string {
  const shown = json(labels).slice(1, -1);
  const tags = entity.tags.length === 0 ? '' : `,"_tags":${json(entity.tags.map(({ tag }) => tag))}`;
  return `{"@id":${json(entity.id)},${typeMember(shownTypes(entity))}${shown === '' ? '' : `${shown},`}${metadataMembers(urls, entity)}${tags}}`;
}

/** A page of any listing: JSON text of items in, JSON text out. `next` is an absolute URL. */
export function resultsPage(contexts: readonly string[], total: number, items: readonly string[], next?: string): string {
  return `{"@context":${json(contexts)},"_total":${String(total)},"_results":[${items.join(',')}]${next === undefined ? '' : `,"_next":${json(next)}`}}`;
}

export const LISTING_CONTEXTS = [CONTEXT.metadata, CONTEXT.search, CONTEXT.searchMetadata] as const;
export const LINKS_CONTEXTS = [CONTEXT.metadata, CONTEXT.search] as const;

/** An item of incoming or outgoing (section 3.9). JSON text. */
export function foundLink(urls: Urls, { id, path, types, entity: found }: FoundLink): string {
  const paths = `"paths":${json(path)}`;
  if (found === undefined) return `{"@id":${json(id)},${typeMember(types)}${paths}}`;
  const { entity } = found;
  return `{"@id":${json(id)},${typeMember(shownTypes(entity))}${paths},${metadataMembers(urls, entity)}}`;
}

/** The tags of an entity as of a revision (section 1.2, row 12). JSON text. */
export const tagsOf = (entity: Entity): string =>
  json({ '@context': CONTEXT.tags, tags: entity.tags.map(({ tag, rev }) => ({ rev, tag })) });

/** Metadata as an expanded document has it, to be added to a node's members (section 1.6, `format=expanded`). JSON text of members. */
export function expandedMetadataMembers(urls: Urls, entity: Entity): string {
  const id = (value: string): string => `[{"@id":${json(value)}}]`;
  const date = (value: string): string => `[{"@type":"http://www.w3.org/2001/XMLSchema#dateTime","@value":"${value}"}]`;
  const plain = (value: boolean | number): string => `[{"@value":${String(value)}}]`;
  const at = self(urls, entity);
  const members: readonly (readonly [string, string])[] = [
    ['constrainedBy', id(entity.schema.id)],
    ['createdAt', date(entity.createdAt)],
    ['createdBy', id(urls.actor(entity.createdBy))],
    ['deprecated', plain(entity.deprecated)],
    ['incoming', id(`${at}/incoming`)],
    ['outgoing', id(`${at}/outgoing`)],
    ['project', id(urls.project(entity))],
    ['rev', plain(entity.rev)],
    ['schemaProject', id(urls.projectNamed(entity.schema.project))],
    ['self', id(at)],
    ['updatedAt', date(entity.updatedAt)],
    ['updatedBy', id(urls.actor(entity.updatedBy))],
  ];
  return members.map(([name, value]) => `"${NXV}${name}":${value}`).join(',');
}

/** The expanded representation (section 1.6, `format=expanded`): the one node of the document and its metadata. JSON text. */
export const expandedEntity = (urls: Urls, entity: Entity, expanded: string): string =>
  `${expanded.slice(0, -2)},${expandedMetadataMembers(urls, entity)}}]`;
