import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { JSON_TYPE, LD_JSON, URLS, sendEmpty, sendJson } from '@headwater/platform';
import { annotatedSource, tagsOf, type Urls } from '@headwater/representations';
import { baseMark, isKnown } from '../requests/etag.js';
import { JSON_OFFERS, Negotiation, type Offer } from '../requests/negotiation.js';
import { VARY } from './entity-forms.js';
import { EntityRequests, mustExist, queryOf, versionOf, type EntityRequest } from './entity-requests.js';
import { EntityStates } from './entity-states.js';

/** Ruling 17: `application/json`, unless the other is asked for. */
const SOURCE_OFFERS: readonly [Offer<'json'>, ...Offer<'json'>[]] = [
  { form: 'json', contentType: JSON_TYPE, mark: 'j' },
  { form: 'json', contentType: LD_JSON, mark: 'l' },
];

/** What an entity was made of, and its tags (resources.md 1.2 rows 12 and 14, 1.5). */
@Controller('v1/resources/:organization/:project/:schema/:id')
export class SourceController {
  readonly #mark: string;
  readonly #sources = new Negotiation(SOURCE_OFFERS);
  readonly #tags = new Negotiation(JSON_OFFERS);

  constructor(
    @Inject(URLS) private readonly urls: Urls,
    private readonly requests: EntityRequests,
    private readonly states: EntityStates,
  ) {
    this.#mark = baseMark(urls);
  }

  /** The payload, byte for byte as it was sent; with `annotate=true`, and its metadata. */
  @Get('source')
  async source(@Req() request: EntityRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const query = queryOf(request);
    const { contentType, mark } = this.#sources.choose(request.headers.accept);
    const version = versionOf(query);
    const annotate = query?.boolean('annotate') ?? false;
    const target = await this.requests.target(request);
    const found = mustExist(await this.states.version(target, version), target);
    const etag = `"${found.eventId}.${annotate ? 'a' : 's'}${mark}${this.#mark}"`;
    if (isKnown(request, etag)) return sendEmpty(reply, 304, { etag, vary: VARY });
    const { source } = await this.states.content(found);
    const body = annotate ? annotatedSource(this.urls, found.entity, source) : source;
    return sendJson(reply, 200, body, { contentType, headers: { etag, vary: VARY } });
  }

  /** The tags as of a revision (ruling 14). */
  @Get('tags')
  async tags(@Req() request: EntityRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { contentType } = this.#tags.choose(request.headers.accept);
    const version = versionOf(queryOf(request));
    const target = await this.requests.target(request);
    const found = mustExist(await this.states.version(target, version), target);
    return sendJson(reply, 200, tagsOf(found.entity), { contentType });
  }
}
