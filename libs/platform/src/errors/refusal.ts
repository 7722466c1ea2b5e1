import type { FastifyError } from 'fastify';
import { HttpException } from '@nestjs/common';
import { OutcomeUnknown, Rejection, RevisionConflict, StoreOverloaded, StoreUnavailable, TokenRefused } from '@headwater/event-sourcing';
import { InvalidDocument, InvalidSegment, MalformedJson } from '@headwater/linked-data';
import { PositionLost } from '@headwater/read-models';
import { STATUS, type RejectionCode } from '@headwater/representations';
import { RequestAborted } from '../http/request-body.js';
import { PROBLEM_STATUS, Problem } from './problem.js';
import { UpstreamFailure, type UpstreamTrouble } from './upstream-failure.js';

type Extra = Readonly<Record<string, unknown>>;

/** What a request is answered that cannot be granted: the same for both shapes of bodies. */
export interface Refusal {
  readonly status: number;
  readonly code: RejectionCode;
  readonly reason: string;
  readonly extra: Extra;
  readonly headers: Readonly<Record<string, string>>;
  /** The problem type on dataset routes, where it is another than the code's. */
  readonly problem?: string;
  /** The fault behind it, to be logged; a refusal that the caller can act on has none. */
  readonly fault?: unknown;
}

const RETRY_AFTER_S = '1';
/** Both words for "begin again from the start" that clients of changes feeds know (datasets.md, ruling 5). */
const RESYNC = { 'icar-full-sync': 'true', 'universal-data-api-fullsync': 'true' } as const;

function refusal(code: RejectionCode, reason: string, more: Partial<Refusal> = {}): Refusal {
  const status = more.status ?? STATUS[code];
  const headers = { ...(status === 503 ? { 'retry-after': RETRY_AFTER_S } : {}), ...more.headers };
  return { code, reason, extra: {}, ...more, status, headers };
}

/** Which answer an error is. What nobody foresaw is a fault: 500, without saying what. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Rejection) return ofRejection(error as Rejection);
  if (error instanceof InvalidDocument) return refusal(error.code, error.message, { extra: error.extras() });
  if (error instanceof Problem) return ofProblem(error);
  if (error instanceof UpstreamFailure) return ofUpstream(error);
  return ofText(error) ?? ofStore(error) ?? ofFramework(error) ?? unexpected(error);
}

function ofRejection(error: Rejection): Refusal {
  if (!Object.hasOwn(STATUS, error.code)) return unexpected(error);
  return refusal(error.code as RejectionCode, error.message, { extra: error.extra });
}

function ofProblem({ type, message, extra }: Problem): Refusal {
  const status = PROBLEM_STATUS[type];
  return refusal('ValidationRejection', message, { status, extra, problem: type, headers: type === 'resync-required' ? RESYNC : {} });
}

const OUTCOME_UNKNOWN = 'It is not known whether the write was stored: it may have been. Read before you try again.';

const UPSTREAM: Readonly<Record<UpstreamTrouble, readonly [code: RejectionCode, reason: string]>> = {
  unreachable: ['ServiceUnavailable', 'The service that takes writes cannot be reached at this moment. Nothing was stored: try again.'],
  lost: ['BadGateway', `The connection to the service that takes writes ended before its answer. ${OUTCOME_UNKNOWN}`],
  late: ['GatewayTimeout', `The service that takes writes did not answer in time. ${OUTCOME_UNKNOWN}`],
};

function ofUpstream(error: UpstreamFailure): Refusal {
  const [code, reason] = UPSTREAM[error.trouble];
  return refusal(code, reason, { fault: error });
}

/** Texts of a request that cannot be read. */
function ofText(error: unknown): Refusal | undefined {
  if (error instanceof MalformedJson) {
    return refusal('MalformedRequestContentRejection', 'The request content was malformed.', { extra: { details: error.message } });
  }
  if (error instanceof InvalidSegment) return refusal('InvalidResourceId', `Resource identifier ${error.message}`);
  if (error instanceof TokenRefused) return refusal('MalformedHeaderRejection', error.message, { problem: 'invalid-token' });
  if (error instanceof PositionLost) {
    const reason = 'The position is not one of the log as it is now. Begin again from the start.';
    return refusal('PositionLost', reason, { problem: 'resync-required', headers: RESYNC });
  }
  return undefined;
}

function ofStore(error: unknown): Refusal | undefined {
  const unavailable = (reason: string, fault?: unknown): Refusal =>
    refusal('ServiceUnavailable', reason, fault === undefined ? {} : { fault });
  if (error instanceof StoreOverloaded) return unavailable('Too many writes wait at this moment. Nothing was stored: try again.', error);
  if (error instanceof StoreUnavailable)
    return unavailable('The store cannot be asked or written to at this moment. Nothing was stored.', error);
  if (error instanceof RevisionConflict)
    return unavailable('Others changed the same at the same time. Nothing was stored: try again.', error);
  if (error instanceof OutcomeUnknown) {
    return unavailable(OUTCOME_UNKNOWN, error);
  }
  return undefined;
}

/** What Nest and Fastify refuse themselves. */
function ofFramework(error: unknown): Refusal | undefined {
  if (error instanceof RequestAborted) return refusal('MalformedRequestContentRejection', error.message);
  if (isFastifyError(error)) {
    switch (error.code) {
      case 'FST_ERR_BAD_URL':
        return refusal('ValidationRejection', 'The path of the request has a percent-encoding that cannot be decoded as UTF-8.');
      case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
        return unreadableMediaType();
      case 'FST_ERR_CTP_BODY_TOO_LARGE':
        return refusal('PayloadTooLarge', 'The request body exceeded its size limit.');
      case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
        return refusal('MalformedRequestContentRejection', 'The request body is not as long as its Content-Length says.');
      default:
        return undefined;
    }
  }
  if (error instanceof HttpException && error.getStatus() === 415) return unreadableMediaType();
  if (error instanceof HttpException && error.getStatus() < 500)
    return refusal('ValidationRejection', error.message, { status: error.getStatus() });
  return undefined;
}

/** Where a route would have said which type it was, the server found none that it could read. */
const unreadableMediaType = (): Refusal => {
  const reason = "The request's Content-Type is not a media type. Expected: application/json or application/ld+json.";
  return refusal('UnsupportedRequestContentTypeRejection', reason);
};

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('FST_');

const unexpected = (fault: unknown): Refusal =>
  refusal(
    'UnexpectedError',
    'An unexpected error occurred. It was logged: try again later, or tell the administrator the id of the request.',
    { fault },
  );

/** No route has the path. */
export const notFound = (): Refusal => refusal('ResourceNotFound', 'The requested resource does not exist.');

/** Routes have the path, but not for this method. */
export const methodNotAllowed = (allowed: readonly string[]): Refusal =>
  refusal('HttpMethodNotAllowed', `HTTP method not allowed, supported methods: ${allowed.join(', ')}.`, {
    headers: { allow: allowed.join(', ') },
  });
