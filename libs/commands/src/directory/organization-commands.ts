import { Command } from '@nestjs/cqrs';
import type { Cause } from '@headwater/event-sourcing';
import type { Organization, OrganizationCommand } from '@headwater/directory';

/** Anything that is done to an organisation. */
export class ChangeOrganization extends Command<Organization> {
  constructor(
    readonly command: OrganizationCommand,
    readonly cause: Cause,
  ) {
    super();
  }
}
