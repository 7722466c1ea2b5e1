import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TokenRefused, type FeedPosition } from '@headwater/event-sourcing';
import { FEED_READER, PositionWaiter } from '@headwater/platform';
import { FEED, type FeedReader, type FeedScope } from '@headwater/read-models';
import { malformedHeader } from '@headwater/representations';
import { Negotiation } from '../requests/negotiation.js';
import { EventFrames } from './event-frames.js';
import { EventHub } from './event-hub.js';

const STREAM = 'text/event-stream';
const HEADERS = {
  'content-type': `${STREAM}; charset=UTF-8`,
  // Kept by nobody on the way, and passed on at once.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * Answers requests for event streams. Everything that can be refused is refused first; then the raw answer is taken over by the hub: Nest's
 * own `@Sse` makes an object and a write for each delivery.
 */
@Injectable()
export class EventStreams {
  readonly #forms = new Negotiation([{ form: 'events', contentType: STREAM, mark: '' }]);

  constructor(
    @Inject(FEED_READER) private readonly feed: FeedReader,
    private readonly frames: EventFrames,
    private readonly hub: EventHub,
    private readonly waiter: PositionWaiter,
  ) {}

  /**
   * @param scope finds the scope, or refuses it.
   * @throws UnacceptedResponseContentTypeRejection, MalformedHeaderRejection for an id that is not ours, PositionLost, ServiceUnavailable
   */
  async open(request: FastifyRequest, reply: FastifyReply, scope: () => FeedScope | Promise<FeedScope>): Promise<void> {
    this.#forms.choose(request.headers.accept);
    const followed = await scope();
    const after = await this.#after(request);
    await this.waiter.waitFor(request, [FEED]);
    if (request.method === 'HEAD') {
      reply.headers(HEADERS).send();
      return;
    }
    this.hub.mustHaveRoom();
    this.hub.follow(followed, after, takeOver(request, reply));
  }

  /** Where the client stands: `Last-Event-ID` is exclusive; without it, everything is given from the first event on. */
  async #after(request: FastifyRequest): Promise<FeedPosition> {
    const id = request.headers['last-event-id'];
    if (id === undefined || id === '') return this.feed.start();
    const position = this.#positionOf(String(id));
    await this.feed.verify(position);
    return position;
  }

  #positionOf(id: string): FeedPosition {
    try {
      return this.frames.positionOf(id);
    } catch (error) {
      if (error instanceof TokenRefused) throw malformedHeader('Last-Event-ID', 'It is not the id of an event that this service has sent.');
      throw error;
    }
  }
}

/** Sends the head of the answer, with what was set for all routes, and gives the raw answer to whoever goes on with it. */
function takeOver(request: FastifyRequest, reply: FastifyReply): ServerResponse {
  reply.headers(HEADERS);
  if (request.headers.origin !== undefined) reply.header('vary', 'Origin');
  const headers = reply.getHeaders() as OutgoingHttpHeaders;
  reply.hijack();
  reply.raw.writeHead(200, headers);
  reply.raw.flushHeaders();
  return reply.raw;
}
