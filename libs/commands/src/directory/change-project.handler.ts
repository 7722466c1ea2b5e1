import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { handleCommand, type EventStore } from '@headwater/event-sourcing';
import { projectCodec, projectStream } from '@headwater/event-contracts';
import { DirectoryLookup, organizationIsDeprecated, projectKind, projectNotFound, type Project } from '@headwater/directory';
import { DIRECTORY_LOOKUP, EVENT_STORE } from '@headwater/platform';
import { ChangeProject } from './project-commands.js';

@CommandHandler(ChangeProject)
export class ChangeProjectHandler implements ICommandHandler<ChangeProject> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup,
  ) {}

  async execute({ command, cause }: ChangeProject): Promise<Project> {
    const { ref } = command;
    const newest = await this.store.newest(this.directory.streamsOf(ref));
    const { organization } = await this.directory.located(ref, newest);
    // A deprecated organisation freezes the writes below it (section 6.1).
    if (organization.deprecated) throw organizationIsDeprecated(organization.label);
    const { state } = await handleCommand({
      store: this.store,
      codec: projectCodec,
      kind: projectKind,
      stream: projectStream(ref),
      command,
      cause,
      newest: { commit: newest[1] },
    });
    if (state.kind === 'absent') throw projectNotFound(ref);
    return state;
  }
}
