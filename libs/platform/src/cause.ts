import type { FastifyRequest } from 'fastify';
import { ANONYMOUS, commandId, type Cause } from '@headwater/event-sourcing';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Where a request's command comes from: who, which request, which trace, when. Every event that it causes carries it. */
export function causeOf(request: FastifyRequest): Cause {
  const trace = request.headers['traceparent'];
  const base = { actor: ANONYMOUS, commandId: commandId(request.id), now: Date.now() };
  return typeof trace === 'string' && TRACEPARENT.test(trace) ? { ...base, trace } : base;
}
