import { Controller, Delete, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readJsonSource, type JsonSource } from '@headwater/linked-data';
import { HeadwaterConfig, QueryParams, causeOf, optionalRev, requireJsonBody, requiredRev } from '@headwater/platform';
import { WriteAnswers, indexingOf } from '../answers/write-answers.js';
import { idempotencyKeyIn, namesItsId } from './idempotency.js';
import { ChangeResource, CreateResource, UpdateResource, type ResourceChange } from './resource-messages.js';
import { addressOf, mustNotPrune, paramsOf, tagBody, tagOf } from './resource-request.js';

/** Writes of resources (spec/resources.md 1.2). */
@Controller('v1/resources')
export class ResourcesController {
  constructor(
    private readonly config: HeadwaterConfig,
    private readonly bus: CommandBus,
    private readonly answers: WriteAnswers,
  ) {}

  /** Creates; the document's `@id` counts, or one is made. The body is read before anything else is looked at. */
  @Post([':org/:project', ':org/:project/:schema'])
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { project, schema } = addressOf(request);
    const query = new QueryParams(request.query);
    const source = this.#source(request);
    query.mustNotHave('rev');
    const indexing = indexingOf(query);
    const idempotencyKey = namesItsId(source) ? undefined : idempotencyKeyIn(request.headers);
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    const created = await this.bus.execute(
      new CreateResource({ address: { project, schema }, source, ...tagOf(query), ...key }, causeOf(request)),
    );
    return this.answers.entity(reply, 201, created, indexing);
  }

  /** Creates, or with `rev` updates; never both. */
  @Put(':org/:project/:schema/:id')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const address = addressOf(request);
    const query = new QueryParams(request.query);
    const rev = optionalRev(query);
    const indexing = indexingOf(query);
    const resource = { address, source: this.#source(request), ...tagOf(query) };
    const cause = causeOf(request);
    if (rev === undefined) return this.answers.entity(reply, 201, await this.bus.execute(new CreateResource(resource, cause)), indexing);
    return this.answers.entity(reply, 200, await this.bus.execute(new UpdateResource({ ...resource, rev }, cause)), indexing);
  }

  /** Deprecates. A body is ignored, whatever it is, here and below. */
  @Delete(':org/:project/:schema/:id')
  async deprecate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const query = new QueryParams(request.query);
    mustNotPrune(query);
    return this.#change(request, reply, 200, { type: 'DeprecateResource', rev: requiredRev(query) });
  }

  @Put(':org/:project/:schema/:id/undeprecate')
  async undeprecate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.#change(request, reply, 200, { type: 'UndeprecateResource', rev: requiredRev(new QueryParams(request.query)) });
  }

  @Post(':org/:project/:schema/:id/tags')
  async postTag(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const rev = requiredRev(new QueryParams(request.query));
    return this.#change(request, reply, 201, { type: 'TagResource', rev, ...tagBody(requireJsonBody(request)) });
  }

  /** As seed 001 has it (ruling 6). */
  @Put(':org/:project/:schema/:id/tags')
  async putTag(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.postTag(request, reply);
  }

  @Delete(':org/:project/:schema/:id/tags/:tag')
  async untag(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { tag = '' } = paramsOf(request);
    return this.#change(request, reply, 200, { type: 'UntagResource', rev: requiredRev(new QueryParams(request.query)), tag });
  }

  async #change(request: FastifyRequest, reply: FastifyReply, status: number, change: ResourceChange): Promise<FastifyReply> {
    const address = addressOf(request);
    const indexing = indexingOf(new QueryParams(request.query));
    const changed = await this.bus.execute(new ChangeResource(address, change, causeOf(request)));
    return this.answers.entity(reply, status, changed, indexing);
  }

  #source(request: FastifyRequest): JsonSource {
    return readJsonSource(requireJsonBody(request), { maxDepth: this.config.jsonldMaxDepth });
  }
}
