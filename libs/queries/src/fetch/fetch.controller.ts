import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { StoreUnavailable } from '@headwater/event-sourcing';
import { URLS, sendEmpty, sendJson } from '@headwater/platform';
import { fetchedEntity, type Urls } from '@headwater/representations';
import { baseMark, isKnown } from '../requests/etag.js';
import { EntityRequests, isEventual, mustExist, queryOf, versionOf, type EntityRequest } from './entity-requests.js';
import { EntityStates, type EntityAt, type Version } from './entity-states.js';
import { EntityForms, VARY, type EntityOffer } from './entity-forms.js';

/** A resource, or any other entity of a project (resources.md 1.2 row 13, 1.3, 1.5, 1.6). */
@Controller('v1/resources/:organization/:project/:schema/:id')
export class FetchController {
  readonly #mark: string;

  constructor(
    @Inject(URLS) private readonly urls: Urls,
    private readonly requests: EntityRequests,
    private readonly states: EntityStates,
    private readonly forms: EntityForms,
  ) {
    this.#mark = baseMark(urls);
  }

  @Get()
  async fetch(@Req() request: EntityRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const query = queryOf(request);
    const offer = this.forms.choose(request.headers.accept, query);
    const version = versionOf(query);
    const found = await (isEventual(request) ? this.#eventually(request, version) : this.#find(request, version, false));
    const etag = `"${found.eventId}.${offer.mark}${this.#mark}"`;
    if (isKnown(request, etag)) return sendEmpty(reply, 304, { etag, vary: VARY });
    const body = this.#body(found, offer);
    return sendJson(reply, 200, typeof body === 'string' ? body : await body, {
      contentType: offer.contentType,
      headers: { etag, vary: VARY },
    });
  }

  async #find(request: EntityRequest, version: Version, eventual: boolean): Promise<EntityAt> {
    const target = await this.requests.target(request);
    const found = version.kind === 'latest' ? await this.states.latest(target, eventual) : await this.states.version(target, version);
    return mustExist(found, target);
  }

  /** Where the newest state cannot be known as the event store is out of reach, the one that was applied last (invariant 6). */
  async #eventually(request: EntityRequest, version: Version): Promise<EntityAt> {
    try {
      return await this.#find(request, version, true);
    } catch (error) {
      if (version.kind !== 'latest' || !(error instanceof StoreUnavailable)) throw error;
      const address = await this.requests.lastKnown(request);
      return mustExist(await this.states.applied(address.stream), address);
    }
  }

  /** The newest document is at hand as the text that is served; others are looked up. */
  #body(found: EntityAt, { form }: EntityOffer): string | Promise<string> {
    if (form === 'compacted' && found.compacted !== undefined) return fetchedEntity(this.urls, found.entity, found.compacted);
    return this.states.content(found).then((content) => this.forms.render(form, found.entity, content));
  }
}
