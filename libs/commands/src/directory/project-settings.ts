import type { ProjectRef, ProjectSettings } from '@headwater/event-contracts';
import { isIri, isPrefixNamespace, member, type ApiMapping, type Iri, type JsonObject } from '@headwater/linked-data';
import { malformedContent, type Urls } from '@headwater/representations';
import { StrictBody } from '../strict-body.js';

const FIELDS = ['description', 'base', 'vocab', 'apiMappings', 'enforceSchema'];

/**
 * The settings that a body asks for, whole: what it leaves out has its default (spec/resources.md 6.2). `base` and `vocab` are made absolute
 * here, as they are part of the event and never change with the public URL afterwards (design.md, Events).
 *
 * @throws MalformedJson, MalformedRequestContentRejection
 */
export function projectSettings(bytes: Uint8Array, ref: ProjectRef, urls: Urls): ProjectSettings {
  const body = new StrictBody(bytes, FIELDS);
  const description = body.text('description');
  return {
    ...(description === undefined ? {} : { description }),
    base: namespace('base', body.text('base')) ?? urls.defaultBase(ref),
    vocab: namespace('vocab', body.text('vocab')) ?? urls.defaultVocab(ref),
    apiMappings: mappings(body.objects('apiMappings', ['prefix', 'namespace']) ?? []),
    enforceSchema: body.flag('enforceSchema') ?? false,
  };
}

function namespace(field: string, value: string | undefined): Iri | undefined {
  if (value === undefined) return undefined;
  if (!isIri(value)) throw malformedContent(`The field '${field}' must be an absolute IRI; '${value.slice(0, 200)}' is not.`);
  if (!isPrefixNamespace(value))
    throw malformedContent(`The field '${field}' must end with '/' or '#'; '${value.slice(0, 200)}' does not.`);
  return value;
}

/** Of two mappings with one prefix the last counts. */
function mappings(items: readonly JsonObject[]): readonly ApiMapping[] {
  const byPrefix = new Map<string, ApiMapping>();
  for (const [index, item] of items.entries()) {
    const mapping = { prefix: prefix(item, index), namespace: mapped(item, index) };
    byPrefix.set(mapping.prefix, mapping);
  }
  return [...byPrefix.values()];
}

function prefix(item: JsonObject, index: number): string {
  const value = member(item, 'prefix');
  // What is blank or holds a colon or a slash could never be used in a segment.
  if (typeof value === 'string' && value.length <= 64 && /^[^\s:/?#]+$/.test(value)) return value;
  throw malformedContent(
    `'prefix' of item ${index} of 'apiMappings' must be a string of 1 to 64 characters without blanks, ':', '/', '?', '#'.`,
  );
}

function mapped(item: JsonObject, index: number): Iri {
  const value = member(item, 'namespace');
  if (typeof value === 'string' && isIri(value)) return value;
  throw malformedContent(`'namespace' of item ${index} of 'apiMappings' must be an absolute IRI.`);
}
