import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HeadwaterConfig, PositionWaiter, QueryParams, RESOURCES_READER, URLS, sendJson } from '@headwater/platform';
import { RESOURCES, type ResourcesReader } from '@headwater/read-models';
import { LISTING_CONTEXTS, listedEntity, resultsPage, type Urls } from '@headwater/representations';
import { JSON_OFFERS, Negotiation } from '../requests/negotiation.js';
import { nextUrl } from '../requests/paging.js';
import { ProjectScopes } from '../requests/project-scopes.js';
import { cursorText } from './list-cursor.js';
import { listQuery } from './list-query.js';

type ListingRequest = FastifyRequest<{ Params: { organization: string; project: string; schema?: string } }>;

/** The entities of a project (resources.md 1.2 rows 17 and 18, section 4). */
@Controller('v1/resources/:organization/:project')
export class ListingController {
  readonly #forms = new Negotiation(JSON_OFFERS);

  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Inject(RESOURCES_READER) private readonly resources: ResourcesReader,
    private readonly scopes: ProjectScopes,
    private readonly waiter: PositionWaiter,
    private readonly config: HeadwaterConfig,
  ) {}

  @Get()
  all(@Req() request: ListingRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.#list(request, reply);
  }

  /** Of one schema; `_` is any. */
  @Get(':schema')
  ofSchema(@Req() request: ListingRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.#list(request, reply);
  }

  async #list(request: ListingRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { contentType } = this.#forms.choose(request.headers.accept);
    const { organization, project, schema } = request.params;
    const scope = await this.scopes.of(organization, project);
    const query = listQuery(new QueryParams(request.query), scope, schema, { deprecated: this.config.listDeprecatedByDefault });
    await this.waiter.waitFor(request, [RESOURCES]);
    const { total, entities, next } = await this.resources.list(query);
    const items = entities.map((one) => listedEntity(this.urls, one));
    const address = next === undefined ? undefined : nextUrl(this.urls.v1, request.url, `after=${encodeURIComponent(cursorText(next))}`);
    return sendJson(reply, 200, resultsPage(LISTING_CONTEXTS, total, items, address), { contentType });
  }
}
