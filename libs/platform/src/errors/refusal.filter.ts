import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { AllowedMethods } from '../http/allowed-methods.js';
import { RequestAborted } from '../http/request-body.js';
import type { Metrics } from '../metrics/metrics.js';
import { methodNotAllowed, notFound, refusalOf, type Refusal } from './refusal.js';
import { sendRefusal } from './refusal-reply.js';

/** A store that cannot write fails every write: one line in this long says so as well as thousands. */
const REPEATED_AFTER_MS = 10_000;

/** The one place where errors become answers, and where faults are logged, once. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  readonly #lastLogged = new Map<string, { at: number; left: number }>();
  readonly #refusals;

  constructor(
    private readonly allowed: AllowedMethods,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.#refusals = metrics.counter('headwater_refusals_total', 'Requests that were not granted, by the code of the answer.', ['code']);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const refusal = request.is404 && error instanceof NotFoundException ? this.#unrouted(request) : refusalOf(error);
    this.#refusals.inc({ code: refusal.code });
    this.#log(request, refusal, error);
    // A stream that was taken over, or an answer that has begun, cannot be told anything more.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    sendRefusal(request, reply, refusal);
  }

  #unrouted(request: FastifyRequest): Refusal {
    const methods = this.allowed.of(request.url);
    return methods.length === 0 || methods.includes(request.method) ? notFound() : methodNotAllowed(methods);
  }

  #log(request: FastifyRequest, { code, status, fault }: Refusal, error: unknown): void {
    const line = { requestId: request.id, method: request.method, route: request.routeOptions.url ?? 'none', status, code };
    if (error instanceof RequestAborted) this.logger.debug(line, 'The client went away.');
    else if (status < 500) this.logger.debug(line, 'Refused.');
    else if (status === 500) this.logger.error({ ...line, err: fault }, 'A request failed.');
    else this.#logUnavailable(line, fault);
  }

  #logUnavailable(line: { readonly code: string }, fault: unknown): void {
    const kind = fault instanceof Error ? fault.name : line.code;
    const now = Date.now();
    const last = this.#lastLogged.get(kind) ?? { at: 0, left: 0 };
    if (now - last.at < REPEATED_AFTER_MS) {
      this.#lastLogged.set(kind, { at: last.at, left: last.left + 1 });
      return;
    }
    this.#lastLogged.set(kind, { at: now, left: 0 });
    this.logger.error(
      { ...line, ...(fault === undefined ? {} : { err: fault }), notLoggedBefore: last.left },
      'A request could not be served.',
    );
  }
}
