import { objectMembers, type MemberSlice } from '@headwater/linked-data';
import type { Entity } from '@headwater/resources';
import { CONTEXT } from './contexts.js';
import { metadataMembers } from './entities.js';
import type { Urls } from './urls.js';

const METADATA = JSON.stringify(CONTEXT.metadata);

/**
 * `/source?annotate=true` (section 1.5): the source with its metadata put in at positions, so that every byte that was sent is still there.
 * The source's own `@id` and `@type` win; the metadata context is appended to its context, or is the only one. JSON text in and out.
 */
export function annotatedSource(urls: Urls, entity: Entity, source: string): string {
  const members = objectMembers(source);
  const context = lastNamed(members, '@context');
  const opened = source.indexOf('{') + 1;
  const closed = source.lastIndexOf('}');
  const before: string[] = [];
  if (context === undefined) before.push(`"@context":${METADATA}`);
  if (lastNamed(members, '@id') === undefined) before.push(`"@id":${JSON.stringify(entity.id)}`);
  if (entity.types.length > 0 && lastNamed(members, '@type') === undefined) before.push(`"@type":${oneOrMany(entity.types)}`);
  const head = before.length === 0 ? '' : `${before.join(',')}${members.length === 0 ? '' : ','}`;
  const after = `${head === '' && members.length === 0 ? '' : ','}${metadataMembers(urls, entity)}`;
  const body =
    context === undefined
      ? source.slice(opened, closed)
      : source.slice(opened, context.valueStart) +
        withMetadataContext(source.slice(context.valueStart, context.valueEnd)) +
        source.slice(context.valueEnd, closed);
  return `{${head}${body}${after}}`;
}

/** Of duplicate members the last counts, as it does for whoever parses the text. */
const lastNamed = (members: readonly MemberSlice[], name: string): MemberSlice | undefined => members.findLast((one) => one.name === name);

const oneOrMany = (types: readonly string[]): string => JSON.stringify(types.length === 1 ? types[0] : types);

function withMetadataContext(value: string): string {
  if (value === METADATA) return value;
  if (!value.startsWith('[')) return `[${value},${METADATA}]`;
  const elements = JSON.parse(value) as readonly unknown[];
  if (elements.includes(CONTEXT.metadata)) return value;
  return elements.length === 0 ? METADATA : `${value.slice(0, -1)},${METADATA}]`;
}
