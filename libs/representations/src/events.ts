import type { Recorded } from '@headwater/event-sourcing';
import type { EntityEvent, EntityIdentity, ResourceContent } from '@headwater/event-contracts';
import { RESOLVERS_SCHEMA } from '@headwater/resources';
import { CONTEXT } from './contexts.js';
import type { Urls } from './urls.js';

const json = JSON.stringify;
const METADATA_CONTEXT = `{"@context":${json(CONTEXT.metadata)},"@type":"`;
const RESOLVER_CONTEXT = `{"@context":${json([CONTEXT.metadata, CONTEXT.resolvers])},"@type":"`;

/**
 * An event of an entity as event streams show it (section 5.3; rulings 9 and 19): the source as it was sent, names of the project and its
 * organisation as URLs and UUIDs. One line of JSON text.
 */
export function renderedEvent(urls: Urls, event: Recorded<EntityEvent>): string {
  return `${opening(event)}${details(urls, event)}${closing(urls, event)}`;
}

function opening({ type, data }: Recorded<EntityEvent>): string {
  const id = json(data.id);
  if (type === 'ResolverCreated') return `${RESOLVER_CONTEXT}${type}","_resourceId":${id},"_resolverId":${id}`;
  return `${METADATA_CONTEXT}${type}","_resourceId":${id}`;
}

function details(urls: Urls, event: Recorded<EntityEvent>): string {
  switch (event.type) {
    case 'ResourceCreated':
    case 'ResourceUpdated':
      return contentOf(urls, event.data);
    case 'ResolverCreated': {
      const source = onOneLine(event.data.content.source);
      return `,"_source":${source},"_types":${json(event.data.types)},"_constrainedBy":${json(RESOLVERS_SCHEMA)}`;
    }
    case 'ResourceTagAdded':
      return `,"tag":${json(event.data.tag)},"targetRev":${String(event.data.targetRev)},"_types":${json(event.data.types)}`;
    case 'ResourceTagDeleted':
      return `,"tag":${json(event.data.tag)},"_types":${json(event.data.types)}`;
    case 'ResourceDeprecated':
    case 'ResourceUndeprecated':
      return `,"_types":${json(event.data.types)}`;
  }
}

function contentOf(urls: Urls, { content, types, schema, tag }: ResourceContent): string {
  return (
    `${tag === undefined ? '' : `,"tag":${json(tag)}`},"_source":${onOneLine(content.source)},"_types":${json(types)}` +
    `,"_constrainedBy":${json(schema.id)},"_schemaProject":"${urls.projectNamed(schema.project)}"`
  );
}

function closing(urls: Urls, { data, instant, revision, actor }: Recorded<EntityEvent>): string {
  const { projectUuid, organizationUuid }: EntityIdentity = data;
  return (
    `,"_project":"${urls.project(data)}","_instant":"${instant}","_projectUuid":"${projectUuid}","_organizationUuid":"${organizationUuid}"` +
    `,"_rev":${String(revision)},"_subject":${json(urls.actor(actor))}}`
  );
}

/** A raw line break would end the line of an event stream; in JSON it can only stand between tokens, where a blank says the same. */
const onOneLine = (source: string): string => (/[\r\n]/.test(source) ? source.replace(/[\r\n]+/g, ' ') : source);

/** What takes the place of an event that cannot be shown: a stream leaves nothing out without a word (section 5.1). */
export const renderedFault = (stream: string, revision: number, message: string): string =>
  json({ '@context': CONTEXT.error, '@type': 'UnexpectedError', reason: message, stream, _rev: revision });
