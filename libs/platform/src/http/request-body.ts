import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { rejection } from '@headwater/representations';
import type { BodyBudget } from './body-budget.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request's body has taken of the budget of all; given back at the end of the answer. */
    heldBytes: number;
  }
}

/**
 * A body that is too large is still read to its end up to this many bytes, and thrown away: a client that is sending would otherwise see a
 * broken connection instead of the answer. What is larger is cut off.
 */
const READ_ON_BYTES = 4 * 1024 * 1024;

type Done = (error: Error | null, body?: Buffer) => void;

const tooLarge = (size: string, limit: number): Error =>
  rejection('PayloadTooLarge', `Incoming payload size (${size}) exceeded size limit (${String(limit)} bytes).`);

const noRoom = (): Error =>
  rejection('ServiceUnavailable', 'Other requests send more than can be kept at this moment. Nothing was stored: try again.');

/**
 * A parser that reads bodies of any type whole, as bytes, within the route's limit and the budget of all.
 *
 * Its requests are refused with PayloadTooLarge, naming size and limit, or ServiceUnavailable.
 */
export const bodyReader =
  (budget: BodyBudget) =>
  (request: FastifyRequest, stream: IncomingMessage, done: Done): void => {
    const limit = request.routeOptions.bodyLimit;
    const declared = Number(request.headers['content-length'] ?? Number.NaN);
    const chunks: Buffer[] = [];
    let received = 0;
    const finish = (error: Error | null, body?: Buffer): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('aborted', onAborted);
      done(error, body);
    };
    const refusal = (): Error => tooLarge(Number.isNaN(declared) ? `more than ${String(limit)}` : String(declared), limit);
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limit) {
        chunks.length = 0;
        if (received > limit + READ_ON_BYTES) finish(refusal());
      } else if (budget.take(chunk.length, request.heldBytes)) {
        request.heldBytes += chunk.length;
        chunks.push(chunk);
      } else {
        finish(noRoom());
      }
    };
    const onEnd = (): void => {
      if (received > limit) finish(refusal());
      else finish(null, chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, received));
    };
    const onError = (error: Error): void => finish(new RequestAborted(error));
    const onAborted = (): void => finish(new RequestAborted());
    if (declared > limit + READ_ON_BYTES) {
      done(refusal());
      return;
    }
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('aborted', onAborted);
  };

/** The client went away before it had sent its whole body. Nobody reads the answer. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted';
  constructor(cause?: unknown) {
    super('The client ended the request before its body was complete.', { cause });
  }
}
