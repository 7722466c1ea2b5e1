import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FEED_READER, PositionWaiter, QueryParams, sendEmpty, sendJson } from '@headwater/platform';
import { FEED, type ChangesPage, type FeedReader } from '@headwater/read-models';
import { isKnown } from '../requests/etag.js';
import { DATASET_OFFERS, Negotiation, type Offer } from '../requests/negotiation.js';
import { ChangeTokens } from './change-tokens.js';
import { changesPage } from './changes-page.js';
import { changesQuery } from './changes-query.js';
import { Datasets } from './datasets.js';
import { samePosition } from './same-position.js';

type DatasetRequest = FastifyRequest<{ Params: { dataset: string } }>;

const VARY = 'Accept, Accept-Encoding';
/** A page is never the last word on what it shows, but a client may ask whether it still is. */
const CACHE_CONTROL = 'private, no-cache';

/** The newest state of whatever changed in a dataset (seed 002; datasets.md 1.4 and 6.4). */
@Controller(['datasets/:dataset/changes', 'data/streaming/datasets/:dataset/changes'])
export class ChangesController {
  readonly #forms = new Negotiation(DATASET_OFFERS);

  constructor(
    @Inject(FEED_READER) private readonly feed: FeedReader,
    private readonly datasets: Datasets,
    private readonly tokens: ChangeTokens,
    private readonly waiter: PositionWaiter,
  ) {}

  @Get()
  async changes(@Req() request: DatasetRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const offer = this.#forms.choose(request.headers.accept);
    const { dataset } = request.params;
    const project = await this.datasets.projectOf(dataset);
    const { since, limit } = changesQuery(new QueryParams(request.query));
    await this.waiter.waitFor(request, [FEED]);
    if (since === undefined) return this.#page(reply, dataset, offer, await this.feed.changes(project, await this.feed.start(), limit));
    if (since === 'now') return this.#page(reply, dataset, offer, { items: [], position: await this.feed.head(), more: false });
    const { position, token } = this.tokens.open(dataset, since);
    // Nothing lies between the two, in any project: there is nothing to look for.
    if (samePosition(position, await this.feed.head())) return this.#caughtUp(request, reply, token, offer);
    await this.feed.verify(position);
    return this.#page(reply, dataset, offer, await this.feed.changes(project, position, limit));
  }

  #caughtUp(request: DatasetRequest, reply: FastifyReply, token: string, { contentType, mark }: Offer): FastifyReply {
    const headers = headersOf(ChangeTokens.etag(token, mark));
    if (isKnown(request, headers.etag)) return sendEmpty(reply, 304, headers);
    return sendJson(reply, 200, changesPage([], token, false), { contentType, headers });
  }

  #page(reply: FastifyReply, dataset: string, { contentType, mark }: Offer, { items, position, more }: ChangesPage): FastifyReply {
    const token = this.tokens.seal(dataset, position);
    const headers = items.length === 0 ? headersOf(ChangeTokens.etag(token, mark)) : { 'cache-control': CACHE_CONTROL, vary: VARY };
    return sendJson(reply, 200, changesPage(items, token, more), { contentType, headers });
  }
}

const headersOf = (etag: string): Readonly<Record<'etag' | 'cache-control' | 'vary', string>> => ({
  etag,
  'cache-control': CACHE_CONTROL,
  vary: VARY,
});
