import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { organizationNotFound, type DirectoryLookup } from '@headwater/directory';
import { DIRECTORY_LOOKUP, checkLabel } from '@headwater/platform';
import { ProjectScopes } from '../requests/project-scopes.js';
import { EventStreams } from './event-streams.js';

type FollowedOrganization = FastifyRequest<{ Params: { organization: string } }>;
type FollowedProject = FastifyRequest<{ Params: { organization: string; project: string } }>;

/** Streams of events of everything, an organisation or a project (resources.md section 5; rulings 9, 17 and 19). */
@Controller('v1/resources')
export class EventsController {
  constructor(
    @Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup,
    private readonly scopes: ProjectScopes,
    private readonly streams: EventStreams,
  ) {}

  @Get('events')
  ofAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.streams.open(request, reply, () => ({ kind: 'global' }));
  }

  @Get(':organization/events')
  ofOrganization(@Req() request: FollowedOrganization, @Res() reply: FastifyReply): Promise<void> {
    return this.streams.open(request, reply, async () => {
      const organization = checkLabel(request.params.organization);
      if ((await this.directory.organization(organization)) === undefined) throw organizationNotFound(organization);
      return { kind: 'organization', organization };
    });
  }

  @Get(':organization/:project/events')
  ofProject(@Req() request: FollowedProject, @Res() reply: FastifyReply): Promise<void> {
    return this.streams.open(request, reply, async () => {
      const { ref } = await this.scopes.of(request.params.organization, request.params.project);
      return { kind: 'project', ...ref };
    });
  }
}
