import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventStore } from '@headwater/event-sourcing';
import { projectStream, type ProjectRef } from '@headwater/event-contracts';
import { organizationNotFound, projectKind, type DirectoryLookup, type Project } from '@headwater/directory';
import { DIRECTORY_LOOKUP, EVENT_STORE, QueryParams, URLS, checkLabel, optionalRev, projectRef } from '@headwater/platform';
import { PROJECTS_CONTEXTS, fetchedProject, listedProject, type Urls } from '@headwater/representations';
import { revisionNotFound } from '@headwater/resources';
import { stateAt } from '../requests/state-at.js';
import { DirectoryLists } from './directory-lists.js';
import { DirectoryReplies } from './directory-replies.js';

type OrganizationRequest = FastifyRequest<{ Params: { organization: string } }>;
type ProjectRequest = FastifyRequest<{ Params: { organization: string; project: string } }>;

/** Projects (resources.md 6.2). One is never older than its newest commit, lists are as of the read model. */
@Controller('v1/projects')
export class ProjectsController {
  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup,
    private readonly lists: DirectoryLists,
    private readonly replies: DirectoryReplies,
  ) {}

  @Get()
  all(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.lists.projects(request, reply, undefined, PROJECTS_CONTEXTS, (one) => listedProject(this.urls, one));
  }

  @Get(':organization')
  async ofOrganization(@Req() request: OrganizationRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const label = checkLabel(request.params.organization);
    if ((await this.directory.organization(label)) === undefined) throw organizationNotFound(label);
    return this.lists.projects(request, reply, label, PROJECTS_CONTEXTS, (one) => listedProject(this.urls, one));
  }

  @Get(':organization/:project')
  async fetch(@Req() request: ProjectRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const ref = projectRef(request.params.organization, request.params.project);
    const rev = optionalRev(new QueryParams(request.query));
    const { project } = await this.directory.located(ref);
    const shown = rev === undefined ? project : await this.#at(ref, project, rev);
    return this.replies.fetched(request, reply, shown, () => fetchedProject(this.urls, shown));
  }

  async #at(ref: ProjectRef, { rev: current }: Project, rev: number): Promise<Project> {
    const found = await stateAt(this.store, projectKind, projectStream(ref), rev);
    if (found === undefined || found.state.kind === 'absent') throw revisionNotFound(rev, current);
    return found.state;
  }
}
