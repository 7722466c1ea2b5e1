import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { UpstreamFailure, type HealthReport } from '@headwater/platform';
import { rejection } from '@headwater/representations';
import { Exchange, type UpstreamAnswer } from './exchange.js';

/** Where the command-service is, and the bounds of the way to it. Times are in milliseconds. */
export interface CommandServiceOptions {
  /** Without `/v1`. */
  readonly url: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** How long it may take from the end of a request to the head of its answer. */
  readonly timeoutMs: number;
}

/** A request as it came, to be sent on as it is. */
export interface ForwardedRequest {
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  /** Where it is to come yet, it is read only once there is somebody to send it to. */
  readonly body: Buffer | Readable | undefined;
  /** Aborted where nobody waits for the answer any more, with the reason as an error. */
  readonly signal: AbortSignal;
}

/** For a service that is being started again, or another one that takes over its address. */
const TRIES = 4;
const FIRST_PAUSE_MS = 50;
/** Requests that may wait for each connection: what waits longer than this in a queue is better told to come back. */
const WAITING_PER_CONNECTION = 8;
/** Shorter than the command-service keeps an idle connection (72 s), so that it is we who close it. */
const KEEP_ALIVE_MS = 30_000;
const HEALTH_TIMEOUT_MS = 1500;

/** The command-service as the gateway sees it: a pool of connections that writes are sent on by. */
export class CommandService {
  readonly #pool: Pool;
  readonly #prefix: string;
  #inFlight = 0;

  constructor(private readonly options: CommandServiceOptions) {
    const { origin, pathname } = new URL(options.url);
    this.#prefix = pathname.replace(/\/$/, '');
    this.#pool = new Pool(origin, {
      connections: options.connections,
      pipelining: 1,
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    });
  }

  /** Writes that were handed on and are not answered yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Sends a request on. What could not be sent is tried again, a few times and as long as a connection may take; what was sent never is.
   *
   * @throws UpstreamFailure; ServiceUnavailable where too many are under way; what `signal` was aborted with.
   */
  async send(request: ForwardedRequest): Promise<UpstreamAnswer> {
    if (this.#inFlight >= this.options.connections * (1 + WAITING_PER_CONNECTION)) throw tooMany();
    this.#inFlight += 1;
    try {
      return await this.#sent(request);
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Whether it says that it is ready. */
  async health(): Promise<HealthReport> {
    try {
      const { statusCode, body } = await this.#pool.request({
        method: 'GET',
        path: `${this.#prefix}/health/ready`,
        headersTimeout: HEALTH_TIMEOUT_MS,
        bodyTimeout: HEALTH_TIMEOUT_MS,
        signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
      });
      await body.dump();
      return statusCode === 200 ? { status: 'up' } : { status: 'down', reason: 'It says that it is not ready.' };
    } catch {
      return { status: 'down', reason: 'It cannot be reached.' };
    }
  }

  /** Ends all connections. */
  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #sent(request: ForwardedRequest): Promise<UpstreamAnswer> {
    const deadline = performance.now() + this.options.connectTimeoutMs;
    for (let tries = 1; ; tries += 1) {
      const exchange = new Exchange();
      try {
        return await this.#exchange(request, exchange);
      } catch (error) {
        const again = tries < TRIES && performance.now() < deadline && !exchange.isSent;
        if (!again || !(error instanceof UpstreamFailure)) throw error;
      }
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), request.signal);
    }
  }

  async #exchange({ method, path, headers, body, signal }: ForwardedRequest, exchange: Exchange): Promise<UpstreamAnswer> {
    const copy = body instanceof Readable ? new PassThrough() : body;
    const noConnection = (): void => exchange.giveUp(new UpstreamFailure('unreachable', 'No connection became free in time.'));
    const waiting = setTimeout(noConnection, this.options.timeoutMs);
    const gone = (): void => exchange.giveUp(reasonOf(signal));
    signal.addEventListener('abort', gone);
    exchange.onSent(() => {
      clearTimeout(waiting);
      if (body instanceof Readable && copy instanceof PassThrough) copyTo(copy, body);
    });
    try {
      signal.throwIfAborted();
      this.#pool.dispatch({ method, path: this.#prefix + path, headers, body: copy ?? null }, exchange);
      return await exchange.answer;
    } finally {
      clearTimeout(waiting);
      signal.removeEventListener('abort', gone);
    }
  }
}

/**
 * The client of the connection ends what it is given where the answer comes first, or none does; what the sender has still to send is read to
 * its end all the same, as its connection is used for the answer.
 */
function copyTo(copy: PassThrough, body: Readable): void {
  copy.on('error', () => undefined);
  copy.once('close', () => body.resume());
  body.pipe(copy);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw reasonOf(signal);
  }
}

const reasonOf = ({ reason }: AbortSignal): Error => (reason instanceof Error ? reason : new Error('It was given up.'));

const tooMany = () =>
  rejection('ServiceUnavailable', 'Too many writes wait for the service that takes them at this moment. Nothing was stored: try again.');
