import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PositionWaiter, URLS, sendEmpty, sendJson } from '@headwater/platform';
import type { Urls } from '@headwater/representations';
import { baseMark, isKnown } from '../requests/etag.js';
import { JSON_OFFERS, Negotiation } from '../requests/negotiation.js';

/** How one organisation or project is answered: with an ETag, or 304 where the caller has it already. */
@Injectable()
export class DirectoryReplies {
  readonly #mark: string;
  readonly #forms = new Negotiation(JSON_OFFERS);

  constructor(
    @Inject(URLS) urls: Urls,
    private readonly waiter: PositionWaiter,
  ) {
    this.#mark = baseMark(urls);
  }

  /** @throws UnacceptedResponseContentTypeRejection; what `Headwater-Wait-For` asks for */
  async fetched(
    request: FastifyRequest,
    reply: FastifyReply,
    { uuid, rev }: { readonly uuid: string; readonly rev: number },
    body: () => object,
  ): Promise<FastifyReply> {
    const { contentType, mark } = this.#forms.choose(request.headers.accept);
    // Nothing to wait for: what is answered is never older than the newest commit. But what cannot be read is refused.
    await this.waiter.waitFor(request, []);
    const headers = { etag: `"${uuid}-${String(rev)}.${mark}${this.#mark}"`, vary: 'Accept, Accept-Encoding' };
    if (isKnown(request, headers.etag)) return sendEmpty(reply, 304, headers);
    return sendJson(reply, 200, body(), { contentType, headers });
  }
}
