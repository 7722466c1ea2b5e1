import type { FastifyReply } from 'fastify';

export const LD_JSON = 'application/ld+json';
export const JSON_TYPE = 'application/json';
export const PROBLEM_JSON = 'application/problem+json';

export interface ReplyOptions {
  /** By default `application/ld+json`. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** JSON is UTF-8 and its media types have no `charset`; with a serializer of its own Fastify does not add one. */
const asItIs = (text: unknown): string => text as string;

/** Sends a JSON text as it is, or an object as JSON, once and with no other work. To be returned by the route. */
export function sendJson(
  reply: FastifyReply,
  status: number,
  body: string | object,
  { contentType = LD_JSON, headers }: ReplyOptions = {},
): FastifyReply {
  reply.code(status).header('content-type', contentType).serializer(asItIs);
  if (headers !== undefined) reply.headers(headers);
  return reply.send(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Sends a status without a body (304, 204). */
export function sendEmpty(reply: FastifyReply, status: number, headers?: Readonly<Record<string, string>>): FastifyReply {
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  return reply.send();
}
