import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { RequestAborted, UpstreamFailure } from '@headwater/platform';
import { isSmall, whole } from './small-bodies.js';

/** The head of an answer, with its body: where it is small all of it, else with what is still to come. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | Readable;
}

const TIMED_OUT: ReadonlySet<unknown> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/**
 * One request on its way to another service, and the answer on its way back. What matters most of a failure is whether anything had been sent:
 * the client of a connection says so just before it writes the first byte.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #answer = Promise.withResolvers<UpstreamAnswer>();
  #controller: Dispatcher.DispatchController | undefined;
  #body: Readable | undefined;
  #small: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly chunks: Buffer[] } | undefined;
  #failure: Error | undefined;
  #sending: () => void = () => undefined;

  constructor() {
    // Whoever gave up before there was an answer does not ask for it any more.
    this.#answer.promise.catch(() => undefined);
  }

  /** Calls back when the request begins to be sent. */
  onSent(sending: () => void): void {
    this.#sending = sending;
  }

  /** Rejected with UpstreamFailure, or with what the exchange was given up for. */
  get answer(): Promise<UpstreamAnswer> {
    return this.#answer.promise;
  }

  get isSent(): boolean {
    return this.#controller !== undefined;
  }

  /** Nobody waits for the answer any more. What has not been sent is not sent; what has been is cut off. */
  giveUp(reason: Error): void {
    this.#failure ??= reason;
    this.#controller?.abort(this.#failure);
    this.#end(this.#failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#failure !== undefined) {
      controller.abort(this.#failure);
      return;
    }
    this.#controller = controller;
    this.#sending();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    if (isSmall(headers)) {
      this.#small = { status, headers, chunks: [] };
      return;
    }
    const body = new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        // Its reader has gone before the end.
        if (!body.readableEnded) controller.abort(error ?? new RequestAborted());
        done(error);
      },
    });
    this.#body = body;
    this.#answer.resolve({ status, headers, body });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#small !== undefined) this.#small.chunks.push(chunk);
    else if (this.#body?.push(chunk) === false) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#small === undefined) {
      this.#body?.push(null);
      return;
    }
    const { status, headers, chunks } = this.#small;
    this.#answer.resolve({ status, headers, body: whole(chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(this.#failure ?? failureOf(error, this.isSent));
  }

  #end(error: Error): void {
    this.#answer.reject(error);
    this.#body?.destroy(error);
  }
}

function failureOf(error: Error, sent: boolean): Error {
  if (error instanceof RequestAborted) return error;
  if (!sent) return new UpstreamFailure('unreachable', 'The command-service cannot be reached.', error);
  const code = 'code' in error ? error.code : undefined;
  return TIMED_OUT.has(code)
    ? new UpstreamFailure('late', 'The command-service did not answer in time.', error)
    : new UpstreamFailure('lost', 'The command-service ended the connection before its answer was complete.', error);
}
