import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  RevisionConflict,
  appendTogether,
  decide,
  loadState,
  type Cause,
  type Commit,
  type EventStore,
  type NewestCommit,
} from '@headwater/event-sourcing';
import {
  entityCodec,
  organizationCodec,
  projectCodec,
  entityStream,
  organizationStream,
  projectStream,
  type ProjectRef,
  type ProjectSettings,
} from '@headwater/event-contracts';
import {
  organizationIsDeprecated,
  organizationKind,
  organizationNotFound,
  projectKind,
  projectNotFound,
  type Project,
} from '@headwater/directory';
import { entityKind } from '@headwater/resources';
import { EVENT_STORE } from '@headwater/platform';
import { DEFAULT_RESOLVER, DEFAULT_RESOLVER_CONTENT, defaultResolverOf } from './default-resolver.js';
import { CreateProject } from './project-commands.js';

const MAX_TRIES = 10;

/** A project and its default resolver are one append: neither is there without the other. */
@CommandHandler(CreateProject)
export class CreateProjectHandler implements ICommandHandler<CreateProject> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async execute({ ref, settings, cause }: CreateProject): Promise<Project> {
    const uuid = randomUUID();
    for (let tries = 1; ; tries += 1) {
      const { project, commits } = await this.#decide(ref, uuid, settings, cause);
      const lost = await appendTogether(this.store, commits);
      if (lost.length === 0) return project;
      const [first] = commits;
      // Lost to another who creates the same: decided anew, which refuses it.
      if (tries === MAX_TRIES && first !== undefined) throw new RevisionConflict(first.stream, first.base);
    }
  }

  async #decide(
    ref: ProjectRef,
    uuid: string,
    settings: ProjectSettings,
    cause: Cause,
  ): Promise<{ readonly project: Project; readonly commits: readonly Commit[] }> {
    const streams = [organizationStream(ref.organization), projectStream(ref), entityStream(ref, DEFAULT_RESOLVER)] as const;
    const [ofOrganization, ofProject, ofResolver] = await this.store.newest(streams);
    const organizationUuid = await this.#organizationUuid(ref.organization, ofOrganization);
    const loaded = await loadState(this.store, projectCodec, projectKind, streams[1], ofProject);
    const command = { type: 'CreateProject', ref, uuid, organizationUuid, settings } as const;
    const created = decide(projectCodec, projectKind, loaded, command, cause);
    if (created.state.kind === 'absent') throw projectNotFound(ref);
    const resolver = await loadState(this.store, entityCodec, entityKind, streams[2], ofResolver);
    const withResolver = decide(
      entityCodec,
      entityKind,
      resolver,
      { type: 'CreateDefaultResolver', identity: defaultResolverOf(created.state), content: DEFAULT_RESOLVER_CONTENT },
      cause,
    );
    return { project: created.state, commits: [created.commit, withResolver.commit].filter((commit) => commit !== undefined) };
  }

  /** @throws Rejection where it does not exist or is deprecated: nothing new is made below it. */
  async #organizationUuid(label: string, newest: NewestCommit | undefined): Promise<string> {
    const { state } = await loadState(this.store, organizationCodec, organizationKind, organizationStream(label), newest);
    if (state.kind === 'absent') throw organizationNotFound(label);
    if (state.deprecated) throw organizationIsDeprecated(label);
    return state.uuid;
  }
}
