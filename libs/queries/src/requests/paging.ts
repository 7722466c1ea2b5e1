import type { QueryParams } from '@headwater/platform';
import { malformedParameter } from '@headwater/representations';

const DEFAULT_SIZE = 20;
const MAX_SIZE = 1000;
const MAX_FROM = 10_000;

export interface Page {
  readonly from: number;
  readonly size: number;
}

/** `size` (resources.md 4.2): less than 1 is 1. @throws MalformedQueryParamRejection beyond 1,000 */
export function sizeOf(query: QueryParams): number {
  const size = query.integer('size') ?? DEFAULT_SIZE;
  if (size > MAX_SIZE) throw malformedParameter('size', `limit '${String(MAX_SIZE)}' exceeded`);
  return Math.max(1, size);
}

/** `from` and `size`: a negative `from` is 0. @throws MalformedQueryParamRejection beyond 10,000 */
export function pageOf(query: QueryParams): Page {
  const from = query.integer('from') ?? 0;
  if (from > MAX_FROM) throw malformedParameter('from', `limit '${String(MAX_FROM)}' exceeded`);
  return { from: Math.max(0, from), size: sizeOf(query) };
}

/** What this release does not do is refused by name: an answer that ignored it would be wrong without saying so (docs/compatibility.md). */
export function mustNotAskFor(query: QueryParams, names: readonly string[]): void {
  for (const name of names) if (query.has(name)) throw malformedParameter(name, `This release does not support '${name}' here.`);
}

/**
 * The address of the page after this one: the same request with `changed` in place of `from` and `after`. Everything else of the query stays
 * as it was sent; scheme and host are the public ones.
 *
 * @param url of the request, as it came: `/v1/…?…`
 */
export function nextUrl(v1: string, url: string, changed: string): string {
  const question = url.indexOf('?');
  const path = (question < 0 ? url : url.slice(0, question)).replace(/\/+$/, '');
  const kept =
    question < 0
      ? []
      : url
          .slice(question + 1)
          .split('&')
          .filter((pair) => pair !== '' && !/^(?:from|after)(?:=|$)/.test(pair));
  return `${v1}${path.slice('/v1'.length)}?${[...kept, changed].join('&')}`;
}

/** The address of the next page by `from`; undefined on the last. */
export function nextByFrom(v1: string, url: string, { from, size }: Page, found: number, total: number): string | undefined {
  const next = from + found;
  return found < size || next >= total || next > MAX_FROM ? undefined : nextUrl(v1, url, `from=${String(next)}`);
}
