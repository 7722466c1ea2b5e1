import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { fastify } from 'fastify';
import type { HeadwaterConfig } from '../config.js';
import { refusalOf } from '../errors/refusal.js';
import { sendRefusal } from '../errors/refusal-reply.js';
import type { Metrics } from '../metrics/metrics.js';
import type { HistogramSeries } from '../metrics/request-histogram.js';
import type { AllowedMethods } from './allowed-methods.js';
import { onClientError } from './client-errors.js';
import { BodyBudget } from './body-budget.js';
import { COMPRESS_FROM_BYTES, acceptedEncoding, compress, varyWith, weak } from './compression.js';
import { answerCors } from './cors.js';
import { bodyReader } from './request-body.js';
import { requestIds } from './request-id.js';

const KIB = 1024;
/** Path, query and headers together. A full IRI as a segment is three times its length where it is percent-encoded. */
const HEAD_MAX_BYTES = 32 * KIB;
/** Longer than the head may be, so that it is the head's limit that answers. */
const PARAMETER_MAX = 64 * KIB;
const HEAD_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than load balancers keep an idle connection (60 s), so that it is they who close it. */
const KEEP_ALIVE_MS = 72_000;

export const ROUTER_OPTIONS = { ignoreTrailingSlash: true, maxParamLength: PARAMETER_MAX } as const;

/**
 * Bodies are bytes and answers are texts already, so no route has a schema; without this Fastify would load its compilers of JSON Schema all
 * the same, which takes a tenth of the service's start.
 */
const noSchemas = (): never => {
  throw new Error('Routes have no schemas.');
};

/** A route that takes a push (datasets.md, ruling 2). */
const isPush = ({ method, url }: RouteOptions): boolean =>
  method === 'POST' && /^\/(data\/streaming\/)?datasets?\/:[^/]+\/resources$/.test(url);

/**
 * The server below Nest: what concerns every request whatever its route. Bodies are bytes of any type, read by nobody but the route;
 * everything is answered in one shape of error.
 */
export function createServer(config: HeadwaterConfig, allowed: AllowedMethods, metrics: Metrics): FastifyInstance {
  const server = fastify({
    routerOptions: { ...ROUTER_OPTIONS },
    http: { maxHeaderSize: HEAD_MAX_BYTES, headersTimeout: HEAD_TIMEOUT_MS, connectionsCheckingInterval: 5000 },
    bodyLimit: config.bodyMaxBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: requestIds(),
    // While it stops the service still serves what reaches it; the answer ends the connection.
    return503OnClosing: false,
    clientErrorHandler: onClientError,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    // What cannot be routed runs no hooks.
    frameworkErrors: (error, request, reply) => {
      if (!begin(request, reply)) sendRefusal(request, reply, refusalOf(error));
    },
  });
  server.removeAllContentTypeParsers();
  const budget = new BodyBudget(config.bodiesMaxBytes);
  metrics.gauge('headwater_bodies_bytes', 'Bytes of request bodies that are kept until they are answered.', () => budget.held);
  server.decorateRequest('heldBytes', 0);
  server.addContentTypeParser('*', bodyReader(budget));
  server.addHook('onRoute', (route) => {
    allowed.add(route.method, route.url);
    if (isPush(route)) route.bodyLimit = config.pushMaxBytes;
    measure(route, metrics);
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) reply.raw.once('close', () => release(request, budget));
    if (!begin(request, reply)) done();
  });
  server.addHook('onSend', (request, reply, payload: unknown, done) => {
    const { origin, 'accept-encoding': acceptEncoding } = request.headers;
    if (origin !== undefined) reply.header('vary', varyWith(reply.getHeader('vary') as string | undefined, 'Origin'));
    if (acceptEncoding === undefined) done(null, payload);
    else encode(acceptEncoding, reply, payload, done);
  });
  return server;
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/** At the end of the answer, or of the connection: Fastify's own hook does not run where the client has gone away. */
function release(request: FastifyRequest, budget: BodyBudget): void {
  budget.giveBack(request.heldBytes);
  request.heldBytes = 0;
}

/** What every answer begins with. @returns whether it is a preflight's, and was sent. */
function begin(request: FastifyRequest, reply: FastifyReply): boolean {
  reply.header('x-request-id', request.id);
  return answerCors(request, reply);
}

/** Observes how long the requests of a route take, in series that are made when the first request has ended so. */
function measure(route: RouteOptions, metrics: Metrics): void {
  const labels = { route: route.url, method: String(route.method) };
  const classes: (HistogramSeries | undefined)[] = [];
  const observe = (_request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const status = Math.floor(reply.statusCode / 100);
    const series = (classes[status] ??= metrics.requests.series({ ...labels, status: `${String(status)}xx` }));
    series.observe(reply.elapsedTime / 1000);
    done();
  };
  const others = route.onResponse ?? [];
  route.onResponse = [...(Array.isArray(others) ? others : [others]), observe];
}

type Sent = (error: Error | null, payload?: unknown) => void;

/** Compresses what is long enough and not a stream, where the client takes it. */
function encode(accepted: string, reply: FastifyReply, payload: unknown, done: Sent): void {
  const text = typeof payload === 'string' || Buffer.isBuffer(payload);
  const encoding =
    text && payload.length >= COMPRESS_FROM_BYTES && !reply.hasHeader('content-encoding') ? acceptedEncoding(accepted) : undefined;
  if (encoding === undefined || !text) {
    done(null, payload);
    return;
  }
  reply.header('content-encoding', encoding).removeHeader('content-length');
  reply.header('vary', varyWith(reply.getHeader('vary') as string | undefined, 'Accept-Encoding'));
  const etag = reply.getHeader('etag');
  if (typeof etag === 'string') reply.header('etag', weak(etag));
  compress(encoding, payload).then(
    (compressed) => done(null, compressed),
    (error: unknown) => done(error instanceof Error ? error : new Error('The answer could not be compressed.')),
  );
}
