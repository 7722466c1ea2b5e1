import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LINKS_READER, PositionWaiter, QueryParams, URLS, sendJson } from '@headwater/platform';
import { LINKS, RESOURCES, type LinksPage, type LinksReader } from '@headwater/read-models';
import { LINKS_CONTEXTS, foundLink, resultsPage, type Urls } from '@headwater/representations';
import { EntityRequests, type EntityRequest } from '../fetch/entity-requests.js';
import { JSON_OFFERS, Negotiation } from '../requests/negotiation.js';
import { nextByFrom, pageOf, type Page } from '../requests/paging.js';

/** A page of links tells of the other end too. */
const PROJECTIONS = [LINKS, RESOURCES];

/** What points to an id and what it points to (resources.md 3.9); whether there is such a resource is not asked. */
@Controller('v1/resources/:organization/:project/:schema/:id')
export class LinksController {
  readonly #forms = new Negotiation(JSON_OFFERS);

  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Inject(LINKS_READER) private readonly links: LinksReader,
    private readonly requests: EntityRequests,
    private readonly waiter: PositionWaiter,
  ) {}

  @Get('incoming')
  async incoming(@Req() request: EntityRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { contentType } = this.#forms.choose(request.headers.accept);
    const page = pageOf(new QueryParams(request.query));
    const { scope, id } = await this.requests.target(request);
    await this.waiter.waitFor(request, PROJECTIONS);
    const found = await this.links.incoming({ project: scope.ref, id, ...page });
    return sendJson(reply, 200, this.#page(request, page, found), { contentType });
  }

  @Get('outgoing')
  async outgoing(@Req() request: EntityRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { contentType } = this.#forms.choose(request.headers.accept);
    const query = new QueryParams(request.query);
    const page = pageOf(query);
    const includeExternalLinks = query.boolean('includeExternalLinks') ?? true;
    const { scope, id } = await this.requests.target(request);
    await this.waiter.waitFor(request, PROJECTIONS);
    const found = await this.links.outgoing({ project: scope.ref, id, includeExternalLinks, ...page });
    return sendJson(reply, 200, this.#page(request, page, found), { contentType });
  }

  #page(request: EntityRequest, page: Page, { total, links }: LinksPage): string {
    const next = nextByFrom(this.urls.v1, request.url, page, links.length, total);
    return resultsPage(
      LINKS_CONTEXTS,
      total,
      links.map((link) => foundLink(this.urls, link)),
      next,
    );
  }
}
