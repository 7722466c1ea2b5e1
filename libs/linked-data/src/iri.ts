import { NXV, SCH } from './vocabulary.js';

declare const iriBrand: unique symbol;

/** An absolute IRI that `isIri` has accepted, or that was built from such ones. */
export type Iri = string & { readonly [iriBrand]: true };

/** A project's `{prefix, namespace}`: a curie prefix where the namespace ends with `/` or `#`, an alias otherwise (spec/resources.md 3.1). */
export interface ApiMapping {
  readonly prefix: string;
  readonly namespace: Iri;
}

/** Effective mappings by name; made by `effectiveMappings`. */
export type Mappings = ReadonlyMap<string, Iri>;

/** What a schema segment points to: the newest revision, the pinned `rev`, or the revision that `tag` names. */
export interface SchemaRef {
  readonly iri: Iri;
  readonly rev?: number;
  readonly tag?: string;
}

/** A URL segment that does not become an IRI: 400 `InvalidResourceId` (spec/resources.md 2.2). */
export class InvalidSegment extends Error {
  override readonly name = 'InvalidSegment';
  readonly code = 'InvalidResourceId';

  constructor(readonly segment: string) {
    super(`'${segment}' cannot be expanded to an IRI.`);
  }
}

// RFC 3987 leaves these out of every component. Lone surrogates are no characters, and C1 controls and U+FEFF no part of `ucschar`.
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|\\^`\u007f-\u009f\ufeff\u{fff0}-\u{ffff}\p{Surrogate}]+$/u;
const BAD_PERCENT = /%(?![0-9A-Fa-f]{2})/;
const WEB_WITHOUT_HOST = /^https?:(?!\/\/[^/?#])/i;

/** Says whether `text` is an absolute IRI: a scheme, something after it, and no character that RFC 3987 forbids. Never throws. */
export function isIri(text: string): text is Iri {
  return ABSOLUTE.test(text) && !(text.includes('%') && BAD_PERCENT.test(text)) && !WEB_WITHOUT_HOST.test(text);
}

/** The IRI that `text` is, or `undefined`. */
export function parseIri(text: string): Iri | undefined {
  return isIri(text) ? text : undefined;
}

/** Schemes written without `//` that a segment may begin with. Others (`nxv:x`, `zzz:abc`) look like curies and fall to `base` (recording 059). */
const OPAQUE_SCHEMES: ReadonlySet<string> = new Set([
  ...['about', 'acct', 'ark', 'cid', 'data', 'did', 'dns', 'doi', 'geo', 'info', 'ipfs', 'ipns', 'magnet', 'mailto', 'mid', 'news'],
  ...['ni', 'nih', 'sip', 'sips', 'sms', 'swh', 'tag', 'tel', 'urn', 'xmpp'],
]);

function looksRegistered(text: string): boolean {
  const colon = text.indexOf(':');
  return text.startsWith('//', colon + 1) || OPAQUE_SCHEMES.has(text.slice(0, colon).toLowerCase());
}

/** The platform's mappings, which every project has (spec/resources.md 3.1). `base:` is not among them: it depends on the project. */
const DEFAULT_MAPPINGS: ReadonlyMap<string, Iri> = new Map([
  ['_', SCH('unconstrained.json')],
  ['resource', SCH('unconstrained.json')],
  ['schema', SCH('shacl-20170720.ttl')],
  ['nxv', NXV.iri],
  ['resolver', SCH('resolvers.json')],
  ['defaultResolver', NXV('defaultInProject')],
  ['view', SCH('views.json')],
  ['documents', NXV('defaultElasticSearchIndex')],
  ['graph', NXV('defaultSparqlIndex')],
  ['search', NXV('searchView')],
  ['storage', SCH('storages.json')],
  ['defaultStorage', NXV('diskStorageDefault')],
  ['file', SCH('files.json')],
  ['archive', SCH('archives.json')],
]);

/** The defaults of spec/resources.md 3.1, overridden by the project's own; of two with one prefix the last counts. */
export function effectiveMappings(project: readonly ApiMapping[]): Mappings {
  if (project.length === 0) return DEFAULT_MAPPINGS;
  const all = new Map(DEFAULT_MAPPINGS);
  for (const { prefix, namespace } of project) all.set(prefix, namespace);
  return all;
}

/** Says whether a mapping's namespace makes curies (`ex:a`); others stand for themselves only. */
export function isPrefixNamespace(namespace: string): boolean {
  return namespace.endsWith('/') || namespace.endsWith('#');
}

/** What an alias or a curie stands for; `undefined` where the text is neither. */
function expandMapped(text: string, mappings: Mappings, base: Iri | undefined): string | undefined {
  const alias = mappings.get(text);
  if (alias !== undefined && !isPrefixNamespace(alias)) return alias;
  const colon = text.indexOf(':');
  if (colon < 0 || text.includes(':', colon + 1)) return undefined;
  const prefix = text.slice(0, colon);
  // Ruling 7: `base:` is the project's base unless the project gives the name another meaning, be it an alias.
  const namespace = mappings.get(prefix) ?? (prefix === 'base' ? base : undefined);
  return namespace !== undefined && isPrefixNamespace(namespace) ? namespace + text.slice(colon + 1) : undefined;
}

/**
 * The IRI that a URL segment stands for: alias, curie, absolute IRI, or the project's base followed by the segment
 * (spec/resources.md 3.2, rules 2 to 6; ruling 7).
 *
 * @param segment already percent-decoded, once
 * @throws InvalidSegment where the result is no IRI
 */
export function expandSegment(segment: string, { base, mappings }: { readonly base: Iri; readonly mappings: Mappings }): Iri {
  const mapped = expandMapped(segment, mappings, base);
  const expanded = mapped ?? (isIri(segment) && looksRegistered(segment) ? segment : base + segment);
  if (segment === '' || !isIri(expanded)) throw new InvalidSegment(segment);
  return expanded;
}

/**
 * The IRI that a `type` filter of a project's listing means: as a segment, but a plain term belongs to the project's vocabulary
 * (spec/resources.md 4.2). A leading `-` or `+` is the caller's to take off.
 *
 * @throws InvalidSegment where the result is no IRI
 */
export function expandTypeFilter(text: string, { vocab, mappings }: { readonly vocab: Iri; readonly mappings: Mappings }): Iri {
  const mapped = expandMapped(text, mappings, undefined);
  const expanded = mapped ?? (isIri(text) && looksRegistered(text) ? text : vocab + text);
  if (text === '' || !isIri(expanded)) throw new InvalidSegment(text);
  return expanded;
}

const KEPT_IN_SEGMENTS: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2B': '+',
  '%3D': '=',
  '%26': '&',
  '%2C': ',',
  '%3B': ';',
  '%40': '@',
  '%24': '$',
};

/** The IRI as one URL segment: RFC 3986's segment characters stay, all others are percent-encoded (ruling 16). Decoding gives the IRI back. */
export function encodeSegment(iri: Iri): string {
  return encodeURIComponent(iri).replace(/%(?:3A|2B|3D|26|2C|3B|40|24)/g, (code) => KEPT_IN_SEGMENTS[code] ?? code);
}

/**
 * Splits `?rev=` and `?tag=` off a schema's IRI (spec/resources.md 3.2); `rev` wins over `tag`, other parameters stay part of the IRI,
 * and so does a `rev` that is no positive integer.
 */
export function parseSchemaRef(iri: Iri): SchemaRef {
  const hash = iri.indexOf('#');
  const end = hash < 0 ? iri.length : hash;
  const start = iri.indexOf('?');
  if (start < 0 || start > end) return { iri };
  let rev: number | undefined;
  let tag: string | undefined;
  const kept: string[] = [];
  for (const pair of iri.slice(start + 1, end).split('&')) {
    if (/^rev=0*[1-9][0-9]{0,14}$/.test(pair)) rev ??= Number(pair.slice(4));
    else if (/^tag=./.test(pair)) tag ??= decode(pair.slice(4));
    else kept.push(pair);
  }
  if (rev === undefined && tag === undefined) return { iri };
  const query = kept.length > 0 ? `?${kept.join('&')}` : '';
  const bare = (iri.slice(0, start) + query + iri.slice(end)) as Iri;
  if (rev !== undefined) return { iri: bare, rev };
  return tag !== undefined ? { iri: bare, tag } : { iri: bare };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
