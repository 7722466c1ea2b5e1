import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '@headwater/representations';
import { JSON_TYPE, LD_JSON, PROBLEM_JSON, sendJson } from '../replies.js';
import type { Refusal } from './refusal.js';

/** Whether a request is for a dataset route, whose errors are problems (datasets.md, ruling 8). */
const isDatasetRoute = (url: string): boolean => /^\/(data\/streaming|datasets?|uda)(\/|\?|$)/.test(url);

/** Answers with the envelope of resources.md 2.1, or with a problem (RFC 9457) on dataset routes. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const { status, headers } = refusal;
  if (isDatasetRoute(request.url)) {
    sendJson(reply, status, problemBody(refusal, request.url), { contentType: PROBLEM_JSON, headers });
    return;
  }
  const contentType = prefersPlainJson(request.headers.accept) ? JSON_TYPE : LD_JSON;
  sendJson(reply, status, errorBody(refusal.code, refusal.reason, refusal.extra), { contentType, headers });
}

const prefersPlainJson = (accept: string | undefined): boolean =>
  accept !== undefined && accept.includes(JSON_TYPE) && !accept.includes(LD_JSON);

/** Names of projects and organisations mean nothing to the client of a dataset: to it the dataset does not exist. */
const DATASET_WORDS: Readonly<Partial<Record<Refusal['code'], string>>> = {
  OrganizationNotFound: 'dataset-not-found',
  ProjectNotFound: 'dataset-not-found',
  PositionLost: 'resync-required',
};

/** `type` and `title` name the kind of problem, `detail` this one, `instance` where it occurred. */
export function problemBody({ code, problem, status, reason, extra }: Refusal, url: string): Readonly<Record<string, unknown>> {
  const type = problem ?? DATASET_WORDS[code] ?? kebab(code.replace(/Rejection$/, ''));
  const [path = url] = url.split('?', 1);
  return { type: `urn:headwater:problem:${type}`, title: titled(type), status, detail: reason, instance: path, ...extra };
}

const kebab = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

const titled = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1).replaceAll('-', ' ');
