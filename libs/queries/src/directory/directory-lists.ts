import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Organization, Project } from '@headwater/directory';
import { DIRECTORY_READER, PositionWaiter, QueryParams, URLS, sendJson } from '@headwater/platform';
import { DIRECTORY, type DirectoryPage, type DirectoryQuery, type DirectoryReader } from '@headwater/read-models';
import { malformedParameter, resultsPage, type Urls } from '@headwater/representations';
import { JSON_OFFERS, Negotiation } from '../requests/negotiation.js';
import { mustNotAskFor, nextByFrom, pageOf, type Page } from '../requests/paging.js';

type Asked = DirectoryQuery & Page;

/** The lists of organisations and projects, ordered by creation (resources.md 6.1 and 6.2). */
@Injectable()
export class DirectoryLists {
  readonly #forms = new Negotiation(JSON_OFFERS);

  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Inject(DIRECTORY_READER) private readonly reader: DirectoryReader,
    private readonly waiter: PositionWaiter,
  ) {}

  organizations(
    request: FastifyRequest,
    reply: FastifyReply,
    contexts: readonly string[],
    item: (one: Organization) => object,
  ): Promise<FastifyReply> {
    return this.#answer(request, reply, contexts, item, (asked) => this.reader.organizations(asked));
  }

  /** @param organization whose projects; undefined for all. */
  projects(
    request: FastifyRequest,
    reply: FastifyReply,
    organization: string | undefined,
    contexts: readonly string[],
    item: (one: Project) => object,
  ): Promise<FastifyReply> {
    const within = organization === undefined ? {} : { organization };
    return this.#answer(request, reply, contexts, item, (asked) => this.reader.projects({ ...asked, ...within }));
  }

  async #answer<Row>(
    request: FastifyRequest,
    reply: FastifyReply,
    contexts: readonly string[],
    item: (one: Row) => object,
    read: (asked: Asked) => Promise<DirectoryPage<Row>>,
  ): Promise<FastifyReply> {
    const { contentType } = this.#forms.choose(request.headers.accept);
    const asked = directoryQuery(new QueryParams(request.query));
    await this.waiter.waitFor(request, [DIRECTORY]);
    const { total, rows } = await read(asked);
    const next = nextByFrom(this.urls.v1, request.url, asked, rows.length, total);
    const items = rows.map((row) => JSON.stringify(item(row)));
    return sendJson(reply, 200, resultsPage(contexts, total, items, next), { contentType });
  }
}

/** @throws MalformedQueryParamRejection */
export function directoryQuery(query: QueryParams): Asked {
  mustNotAskFor(query, ['rev', 'createdBy', 'updatedBy']);
  const sort = query.all('sort');
  if (sort.length > 0 && sort[0] !== '_createdAt') throw malformedParameter('sort', "These lists can be sorted by '_createdAt' only.");
  const deprecated = query.boolean('deprecated');
  const label = query.one('label');
  return {
    ...pageOf(query),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(label === undefined ? {} : { label }),
  };
}
