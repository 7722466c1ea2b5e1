import type { Iri } from '@headwater/linked-data';
import type { QueryParams } from '@headwater/platform';
import type { ListQuery, SortField } from '@headwater/read-models';
import { malformedParameter } from '@headwater/representations';
import { mustNotAskFor, pageOf, sizeOf } from '../requests/paging.js';
import type { ProjectScope } from '../requests/project-scopes.js';
import { schemaOf, typeOf } from '../requests/segments.js';
import { readCursor } from './list-cursor.js';

/** Filters of section 4.2 that come in a later release. */
const LATER = ['createdBy', 'updatedBy', 'createdAt', 'updatedAt', 'id', 'locate', 'rev', 'tag', 'keywords'] as const;

const SORT_FIELDS: readonly SortField[] = ['_createdAt', '_updatedAt', '@id'];
/** Each costs a look-up, and more together than apart. */
const MAX_TYPES = 50;
const DEFAULT_SORT = { field: '_createdAt', descending: false } as const;

export interface ListingDefaults {
  /** Whether listings show deprecated entities where nothing is asked (ruling 3). */
  readonly deprecated: boolean;
}

/**
 * What a listing asks for (resources.md 4.2; rulings 2 and 3). Unknown parameters are ignored, known ones that this release does not support
 * are refused.
 *
 * @param segment the schema of the path; it wins over the parameter.
 * @throws MalformedQueryParamRejection, InvalidResourceId
 */
export function listQuery(query: QueryParams, scope: ProjectScope, segment: string | undefined, defaults: ListingDefaults): ListQuery {
  refuseLater(query);
  const sort = sortOf(query);
  const schema = schemaFilter(query, scope, segment);
  const deprecated = query.boolean('deprecated') ?? (defaults.deprecated ? undefined : false);
  return {
    project: scope.ref,
    ...(deprecated === undefined ? {} : { deprecated }),
    types: typesOf(query, scope),
    typeOperator: query.oneOf('typeOperator', ['and', 'or']) ?? 'and',
    ...(schema === undefined ? {} : { schema }),
    sort,
    page: placeOf(query, sort.field),
    size: sizeOf(query),
  };
}

function refuseLater(query: QueryParams): void {
  mustNotAskFor(query, LATER);
  // Blank or switched off, these change nothing.
  if ((query.one('q') ?? '').trim() !== '') mustNotAskFor(query, ['q']);
  if (query.boolean('aggregations') === true) mustNotAskFor(query, ['aggregations']);
}

function sortOf(query: QueryParams): ListQuery['sort'] {
  const [text, ...more] = query.all('sort');
  if (text === undefined) return DEFAULT_SORT;
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  const field = SORT_FIELDS.find((one) => one === name);
  // By date and then id is what every listing does, so that the second of the two says nothing new.
  const said = more.length === 0 || (more.length === 1 && more[0] === '@id' && !descending);
  if (field === undefined || !said) {
    throw malformedParameter(
      'sort',
      `Listings can be sorted by one of ${SORT_FIELDS.join(', ')}, each with '-' before it for descending order.`,
    );
  }
  return { field, descending };
}

/** In the path `_` means any schema; as a parameter it is the alias of the unconstrained one. */
function schemaFilter(query: QueryParams, scope: ProjectScope, segment: string | undefined): Iri | undefined {
  const ofPath = segment === undefined ? undefined : schemaOf(segment, scope);
  if (ofPath !== undefined) return ofPath;
  const text = query.one('schema');
  return text === undefined ? undefined : schemaOf(text === '_' ? 'resource' : text, scope);
}

function typesOf(query: QueryParams, scope: ProjectScope): readonly Iri[] {
  const types = new Set(query.all('type').map((text) => includedType(text, scope)));
  if (types.size > MAX_TYPES) throw malformedParameter('type', `A listing can be of ${String(MAX_TYPES)} types at most.`);
  return [...types];
}

/** `+` may stand before a type; in a query it often arrives as a blank. */
function includedType(text: string, scope: ProjectScope): Iri {
  if (text.startsWith('-')) throw malformedParameter('type', "This release does not support excluding types with '-'.");
  return typeOf(text.replace(/^[+ ]/, ''), scope);
}

function placeOf(query: QueryParams, field: SortField): ListQuery['page'] {
  const after = query.one('after');
  if (after === undefined) return { from: pageOf(query).from };
  if (query.has('from')) {
    throw malformedParameter('after, from', 'after and from query parameters cannot be present simultaneously');
  }
  return { after: readCursor(after, field) };
}
