import type { FastifyRequest } from 'fastify';
import { rejection } from '@headwater/representations';

/** The bytes of a request's body as they came; undefined where there were none. */
export function bodyOf(request: FastifyRequest): Buffer | undefined {
  return Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : undefined;
}

/**
 * The body of a route that takes JSON. Its text is not read yet.
 *
 * @throws UnsupportedRequestContentTypeRejection for another media type or none, RequestEntityExpectedRejection for an empty body.
 */
export function requireJsonBody(request: FastifyRequest): Buffer {
  const body = bodyOf(request);
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && !isJson(contentType)) throw unsupported(contentType);
  if (body === undefined) throw rejection('RequestEntityExpectedRejection', 'The request has no body, but this route needs one.');
  if (contentType === undefined) throw unsupported('application/octet-stream');
  return body;
}

/** `application/json`, `application/ld+json` and every other media type with JSON's structured suffix, with any parameters. */
function isJson(contentType: string): boolean {
  if (contentType === 'application/json' || contentType === 'application/ld+json') return true;
  const semicolon = contentType.indexOf(';');
  const type = (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
  return type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
}

const unsupported = (contentType: string) =>
  rejection(
    'UnsupportedRequestContentTypeRejection',
    `The request's Content-Type '${contentType.slice(0, 100)}' is not supported here. Expected: application/json or application/ld+json.`,
  );
