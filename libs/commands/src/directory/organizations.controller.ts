import { randomUUID } from 'node:crypto';
import { Controller, Delete, Inject, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { organizationStream } from '@headwater/event-contracts';
import type { Organization, OrganizationCommand } from '@headwater/directory';
import { QueryParams, URLS, causeOf, checkLabel, optionalRev, requireJsonBody, requiredRev, sendJson } from '@headwater/platform';
import { rejection, writtenOrganization, type Urls } from '@headwater/representations';
import { WriteAnswers } from '../answers/write-answers.js';
import { StrictBody } from '../strict-body.js';
import { ChangeOrganization } from './organization-commands.js';

/** Writes of organisations (spec/resources.md 6.1). */
@Controller('v1/orgs')
export class OrganizationsController {
  constructor(
    private readonly bus: CommandBus,
    private readonly answers: WriteAnswers,
    @Inject(URLS) private readonly urls: Urls,
  ) {}

  /** Creates, or with `rev` replaces. */
  @Put(':org')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const label = labelOf(request);
    const rev = optionalRev(new QueryParams(request.query));
    const description = new StrictBody(requireJsonBody(request), ['description']).text('description');
    const settings = description === undefined ? {} : { description };
    if (rev !== undefined)
      return this.#answer(reply, 200, await this.#change(request, { type: 'UpdateOrganization', label, rev, ...settings }));
    const created = await this.#change(request, { type: 'CreateOrganization', label, uuid: randomUUID(), ...settings });
    return this.#answer(reply, 201, created);
  }

  @Delete(':org')
  async deprecate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const label = labelOf(request);
    const query = new QueryParams(request.query);
    const rev = optionalRev(query);
    const prune = query.boolean('prune') ?? false;
    if (prune || rev === undefined) throw invalidDelete(label, prune);
    return this.#answer(reply, 200, await this.#change(request, { type: 'DeprecateOrganization', label, rev }));
  }

  @Put(':org/undeprecate')
  async undeprecate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const label = labelOf(request);
    const rev = requiredRev(new QueryParams(request.query));
    return this.#answer(reply, 200, await this.#change(request, { type: 'UndeprecateOrganization', label, rev }));
  }

  #change(request: FastifyRequest, command: OrganizationCommand): Promise<Organization> {
    return this.bus.execute(new ChangeOrganization(command, causeOf(request)));
  }

  #answer(reply: FastifyReply, status: number, organization: Organization): FastifyReply {
    const headers = this.answers.headers({
      kind: 'revision',
      stream: organizationStream(organization.label),
      revision: organization.rev,
    });
    return sendJson(reply, status, writtenOrganization(this.urls, organization), { headers });
  }
}

const labelOf = (request: FastifyRequest): string => checkLabel((request.params as { readonly org: string }).org);

const invalidDelete = (label: string, prune: boolean) =>
  rejection(
    'InvalidDeleteRequest',
    prune
      ? `Organization '${label}' cannot be removed for good: this service does not do that yet. To deprecate it, give 'rev' and leave 'prune' out.`
      : `The DELETE request for organization '${label}' says neither what to do nor when: to deprecate it, give its current revision as 'rev'.`,
  );
