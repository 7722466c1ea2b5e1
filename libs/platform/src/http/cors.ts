import type { FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'GET, PUT, POST, PATCH, DELETE, OPTIONS, HEAD';
const EXPOSED = 'Location, Headwater-Position, ETag, Retry-After, X-Request-Id';
const DAY = '86400';

/**
 * Lets pages of any origin call the service (resources.md 1.6) and answers their preflight requests.
 *
 * @returns whether the request was answered.
 */
export function answerCors(request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED);
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
  const asked = request.headers['access-control-request-headers'];
  reply.header('access-control-allow-methods', METHODS).header('access-control-max-age', DAY).header('vary', 'Origin');
  if (asked !== undefined) reply.header('access-control-allow-headers', asked);
  reply.code(200).send();
  return true;
}
