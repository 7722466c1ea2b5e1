import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProjectRef } from '@headwater/event-contracts';
import { DIRECTORY_READER, PositionWaiter, URLS, sendJson } from '@headwater/platform';
import { DIRECTORY, type DirectoryReader } from '@headwater/read-models';
import type { Urls } from '@headwater/representations';
import { DATASET_OFFERS, Negotiation } from '../requests/negotiation.js';
import { Datasets, datasetName } from './datasets.js';

type DatasetRequest = FastifyRequest<{ Params: { dataset: string } }>;

const PAGE = 1000;

/** What datasets there are and where their changes are found (datasets.md 1.3): every project is one. */
@Controller(['datasets', 'data/streaming/datasets'])
export class DatasetsController {
  readonly #forms = new Negotiation(DATASET_OFFERS);

  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Inject(DIRECTORY_READER) private readonly directory: DirectoryReader,
    private readonly datasets: Datasets,
    private readonly waiter: PositionWaiter,
  ) {}

  @Get()
  async all(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { contentType } = this.#forms.choose(request.headers.accept);
    await this.waiter.waitFor(request, [DIRECTORY]);
    const found: object[] = [];
    for (let more = true; more;) {
      const { rows } = await this.directory.projects({ from: found.length, size: PAGE });
      for (const { organization, label } of rows) found.push(this.#described(request, { organization, project: label }));
      more = rows.length === PAGE;
    }
    return sendJson(reply, 200, found, { contentType });
  }

  @Get(':dataset')
  async one(@Req() request: DatasetRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { contentType } = this.#forms.choose(request.headers.accept);
    await this.waiter.waitFor(request, []);
    const project = await this.datasets.projectOf(request.params.dataset);
    return sendJson(reply, 200, this.#described(request, project), { contentType });
  }

  /** Below the prefix that the request came by, so that a client stays where it is. */
  #described(request: FastifyRequest, project: ProjectRef): object {
    const name = datasetName(project);
    const prefix = request.url.startsWith('/data/streaming/') ? '/data/streaming' : '';
    const url = `${this.urls.publicUrl.replace(/\/+$/, '')}${prefix}/datasets/${name}`;
    return { name, url, changes: `${url}/changes`, updates: `${url}/resources`, since: true };
  }
}
