import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_ROUTES } from '@headwater/commands/routes';
import { RequestAborted } from '@headwater/platform';
import type { CommandService } from './command-service.js';
import { endToEndHeaders } from './end-to-end-headers.js';
import { isSmall, readSmall } from './small-bodies.js';

/**
 * Gives a server the routes of the write side, each of which hands its requests on as they come and their answers back. They are routes like
 * others: the server's errors, methods, metrics and CORS are theirs. Only bodies are read by nobody here.
 */
export function forwardWrites(server: FastifyInstance, service: CommandService): void {
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, parsed) => parsed(null));
    for (const { method, path } of WRITE_ROUTES)
      scope.route({ method, url: path, handler: (request, reply) => forward(service, request, reply) });
    done();
  });
}

async function forward(service: CommandService, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const client = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) client.abort(new RequestAborted());
  });
  const { status, headers, body } = await service.send({
    method: request.method,
    path: request.url,
    headers: { ...endToEndHeaders(request.headers), 'x-request-id': request.id },
    body: await bodyOf(request),
    signal: client.signal,
  });
  return reply.code(status).headers(endToEndHeaders(headers)).send(body);
}

async function bodyOf(request: FastifyRequest): Promise<Buffer | IncomingMessage | undefined> {
  if (!hasBody(request)) return undefined;
  return isSmall(request.headers) ? readSmall(request.raw) : request.raw;
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
