import { expandSegment, isIri, isJsonObject, member, type Iri, type JsonObject, type JsonValue } from '@headwater/linked-data';
import type { PushedIdentity } from '@headwater/event-contracts';
import { InvalidItem } from './invalid-item.js';

const MAX_PART = 1_024;

/**
 * How an item names itself (datasets.md 1.6): by `meta.source` and `meta.sourceId`, by a `meta.sourceId` of scheme and id, by
 * `dataPointKey`, which is unique to the client that sends it, or by `id`; the first of these that is there counts.
 *
 * @param client who pushes, as a name
 * @throws InvalidItem
 */
export function identityOf(item: JsonObject, client: string): PushedIdentity {
  const meta = metaOf(item);
  const sourceId = meta === undefined ? undefined : member(meta, 'sourceId');
  if (sourceId !== undefined && sourceId !== null) {
    if (isJsonObject(sourceId)) return scheme(sourceId);
    const source = meta === undefined ? undefined : member(meta, 'source');
    if (source === undefined) throw new InvalidItem("'meta.sourceId' is given without 'meta.source', which it belongs to.");
    return { kind: 'source', source: part(source, 'meta.source'), sourceId: part(sourceId, 'meta.sourceId') };
  }
  const key = member(item, 'dataPointKey');
  if (key !== undefined && key !== null) return { kind: 'dataPointKey', client, key: part(key, 'dataPointKey') };
  const id = member(item, 'id');
  if (id !== undefined && id !== null) return { kind: 'id', id: part(id, 'id') };
  throw new InvalidItem("The item has no identity: give it 'meta.source' with 'meta.sourceId', or 'dataPointKey', or 'id'.");
}

/** @throws InvalidItem where `meta` is there and no object. */
export function metaOf(item: JsonObject): JsonObject | undefined {
  const meta = member(item, 'meta');
  if (meta === undefined || meta === null) return undefined;
  if (!isJsonObject(meta)) throw new InvalidItem("'meta' must be an object.");
  return meta;
}

function scheme(sourceId: JsonObject): PushedIdentity {
  const [of, id] = [member(sourceId, 'scheme'), member(sourceId, 'id')];
  if (of === undefined || id === undefined) throw new InvalidItem("A 'meta.sourceId' that is an object needs 'scheme' and 'id'.");
  return { kind: 'scheme', scheme: part(of, 'meta.sourceId.scheme'), id: part(id, 'meta.sourceId.id') };
}

function part(value: JsonValue, name: string): string {
  if (typeof value !== 'string') throw new InvalidItem(`'${name}' must be a string.`);
  if (value.trim() === '') throw new InvalidItem(`'${name}' is blank.`);
  if (value.length > MAX_PART) throw new InvalidItem(`'${name}' is longer than ${MAX_PART} characters.`);
  if (!value.isWellFormed()) throw new InvalidItem(`'${name}' holds half a character (an unpaired surrogate).`);
  return value;
}

/** Between the parts of a pair; an `id` that holds one of them is encoded, so that no `id` can pass for a pair. */
const SEPARATORS = { source: '/-/', scheme: '/:/', dataPointKey: '/~/' } as const;

/**
 * The IRI of the resource that an identity stands for, in a project with this base:
 * - `id` that is an absolute IRI: itself; any other: base + id, so that it works as `{id}` under `/v1` too;
 * - source and sourceId: base + source + `/-/` + sourceId; scheme and id: `/:/` between; client and dataPointKey: `/~/` between.
 *
 * Different identities have different IRIs (an `id` may also be spelled as the IRI that it stands for): the parts of a pair are
 * percent-encoded, and in an `id` the characters that no IRI may hold, `%`, and, where it holds a separator of pairs, every `/`.
 */
export function iriOf(identity: PushedIdentity, base: Iri): Iri {
  switch (identity.kind) {
    case 'source':
      return pair(base, identity.source, SEPARATORS.source, identity.sourceId);
    case 'scheme':
      return pair(base, identity.scheme, SEPARATORS.scheme, identity.id);
    case 'dataPointKey':
      return pair(base, identity.client, SEPARATORS.dataPointKey, identity.key);
    case 'id':
      return ofId(base, identity.id);
  }
}

const pair = (base: Iri, first: string, separator: string, second: string): Iri =>
  `${base}${encodeURIComponent(first)}${separator}${encodeURIComponent(second)}` as Iri;

function ofId(base: Iri, id: string): Iri {
  if (isAbsolute(id)) return id;
  const plain = id.replace(ESCAPED, encodeURIComponent);
  const unlikePairs = Object.values(SEPARATORS).some((separator) => plain.includes(separator)) ? plain.replaceAll('/', '%2F') : plain;
  return (base + unlikePairs) as Iri;
}

/** What `isIri` refuses, what would read badly in an IRI, and the escape character itself. */
const ESCAPED = /[%<>"{}|\\^`\s\p{Cc}\p{Cn}\p{Co}\p{Cf}\ufeff\u{fff0}-\u{ffff}]/gu;

const NO_MAPPINGS = new Map<string, Iri>();
const ANY_BASE = 'http://headwater.invalid/' as Iri;

/** As a URL segment would be taken for one: `https://...`, `urn:...`, but not `nxv:x`. Never by a project's mappings: those may change. */
function isAbsolute(id: string): id is Iri {
  if (!id.includes(':') || !isIri(id)) return false;
  return expandSegment(id, { base: ANY_BASE, mappings: NO_MAPPINGS }) === id;
}
