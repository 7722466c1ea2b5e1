import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { handleCommand, type EventStore } from '@headwater/event-sourcing';
import { organizationCodec, organizationStream } from '@headwater/event-contracts';
import { organizationKind, organizationNotFound, type Organization } from '@headwater/directory';
import { EVENT_STORE } from '@headwater/platform';
import { ChangeOrganization } from './organization-commands.js';

@CommandHandler(ChangeOrganization)
export class ChangeOrganizationHandler implements ICommandHandler<ChangeOrganization> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async execute({ command, cause }: ChangeOrganization): Promise<Organization> {
    const stream = organizationStream(command.label);
    const { state } = await handleCommand({ store: this.store, codec: organizationCodec, kind: organizationKind, stream, command, cause });
    if (state.kind === 'absent') throw organizationNotFound(command.label);
    return state;
  }
}
