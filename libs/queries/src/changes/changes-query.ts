import { Problem, type QueryParams } from '@headwater/platform';

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;

/** Parameters that change the answer and come in a later release; ignoring them would be a wrong answer (docs/compatibility.md). */
const LATER = ['feed', 'type', 'format'] as const;

export interface ChangesQuery {
  /** A token; `now` for a token without items; undefined for everything. */
  readonly since: string | undefined;
  readonly limit: number;
}

/** What a request for changes asks for (datasets.md, rulings 6, 17 and 20). @throws Problem invalid-parameter */
export function changesQuery(query: QueryParams): ChangesQuery {
  for (const name of LATER) if (query.has(name)) throw refused(`This release does not support '${name}'.`);
  if (query.has('reverse')) throw refused("Changes are given in the order in which they happened: 'reverse' is not supported.");
  return { since: sinceOf(query), limit: limitOf(query) };
}

function sinceOf(query: QueryParams): string | undefined {
  const [since, ...more] = query.all('since');
  if (more.length > 0) throw refused("'since' was given more than once.");
  return since === '' ? undefined : since;
}

function limitOf(query: QueryParams): number {
  const [text, ...more] = query.all('limit');
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (more.length > 0 || limit < 1 || limit > MAX_LIMIT) {
    throw refused(`'limit' is one whole number from 1 to ${String(MAX_LIMIT)}.`);
  }
  return limit;
}

const refused = (detail: string): Problem => new Problem('invalid-parameter', detail);
