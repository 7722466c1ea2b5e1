import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventStore } from '@headwater/event-sourcing';
import { organizationStream } from '@headwater/event-contracts';
import { organizationKind, organizationNotFound, type DirectoryLookup, type Organization } from '@headwater/directory';
import { DIRECTORY_LOOKUP, EVENT_STORE, QueryParams, URLS, checkLabel, optionalRev } from '@headwater/platform';
import { ORGANIZATIONS_CONTEXTS, fetchedOrganization, listedOrganization, type Urls } from '@headwater/representations';
import { revisionNotFound } from '@headwater/resources';
import { stateAt } from '../requests/state-at.js';
import { DirectoryLists } from './directory-lists.js';
import { DirectoryReplies } from './directory-replies.js';

type OrganizationRequest = FastifyRequest<{ Params: { organization: string } }>;

/** Organisations (resources.md 6.1). One is never older than its newest commit, lists are as of the read model. */
@Controller('v1/orgs')
export class OrganizationsController {
  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup,
    private readonly lists: DirectoryLists,
    private readonly replies: DirectoryReplies,
  ) {}

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.lists.organizations(request, reply, ORGANIZATIONS_CONTEXTS, (one) => listedOrganization(this.urls, one));
  }

  @Get(':organization')
  async fetch(@Req() request: OrganizationRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const label = checkLabel(request.params.organization);
    const rev = optionalRev(new QueryParams(request.query));
    const organization = await this.directory.organization(label);
    if (organization === undefined) throw organizationNotFound(label);
    const shown = rev === undefined ? organization : await this.#at(organization, rev);
    return this.replies.fetched(request, reply, shown, () => fetchedOrganization(this.urls, shown));
  }

  async #at({ label, rev: current }: Organization, rev: number): Promise<Organization> {
    const found = await stateAt(this.store, organizationKind, organizationStream(label), rev);
    if (found === undefined || found.state.kind === 'absent') throw revisionNotFound(rev, current);
    return found.state;
  }
}
