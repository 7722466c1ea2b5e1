import type { FastifyRequest } from 'fastify';
import { projectRef, type QueryParams } from '@headwater/platform';
import { malformedContent, malformedParameter, rejection } from '@headwater/representations';
import { StrictBody } from '../strict-body.js';
import type { ResourceAddress } from './resource-messages.js';

interface Params {
  readonly org: string;
  readonly project: string;
  readonly schema?: string;
  readonly id?: string;
  readonly tag?: string;
}

/** What routes have taken; as a segment it names no schema and no resource (section 1.1). */
const RESERVED: ReadonlySet<string> = new Set(['events', 'source', 'tags']);

export const paramsOf = (request: FastifyRequest): Params => request.params as Params;

/** @throws ValidationRejection for a label, ResourceNotFound for a segment that is no id. */
export function addressOf(request: FastifyRequest): ResourceAddress {
  const { org, project, schema = '_', id = '' } = paramsOf(request);
  if (RESERVED.has(schema) || RESERVED.has(id)) throw rejection('ResourceNotFound', 'The requested resource does not exist.');
  return { project: projectRef(org, project), schema, id };
}

const TAG = /^[a-zA-Z0-9_-]{1,64}$/;
const LATEST = 'latest';

const isTag = (text: string): boolean => TAG.test(text) && text !== LATEST;
const tagRule = (text: string): string =>
  text === LATEST
    ? `'${LATEST}' cannot be a tag.`
    : `'${text.slice(0, 100)}' is not a valid tag: 1 to 64 letters, digits, '_' and '-' are.`;

/** The tag that a create or update gives its revision. @throws MalformedQueryParamRejection */
export function tagOf(query: QueryParams): { readonly tag?: string } {
  const tag = query.one('tag');
  if (tag === undefined) return {};
  if (!isTag(tag)) throw malformedParameter('tag', tagRule(tag));
  return { tag };
}

/** `{tag, rev}`. @throws MalformedJson, MalformedRequestContentRejection */
export function tagBody(bytes: Uint8Array): { readonly tag: string; readonly targetRev: number } {
  const body = new StrictBody(bytes, ['tag', 'rev']);
  const [tag, targetRev] = [body.text('tag'), body.integer('rev')];
  if (tag === undefined) throw malformedContent("The field 'tag' is missing.");
  if (!isTag(tag)) throw malformedContent(tagRule(tag));
  if (targetRev === undefined) throw malformedContent("The field 'rev', the revision to be tagged, is missing.");
  return { tag, targetRev };
}

/** Removing for good is not built yet. @throws MalformedQueryParamRejection */
export function mustNotPrune(query: QueryParams): void {
  if (query.boolean('prune') !== true) return;
  throw malformedParameter('prune', "Resources cannot be removed for good: this service does not do that yet. Deprecate it with 'rev'.");
}
