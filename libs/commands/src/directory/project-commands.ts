import { Command } from '@nestjs/cqrs';
import type { Cause } from '@headwater/event-sourcing';
import type { ProjectRef, ProjectSettings } from '@headwater/event-contracts';
import type { Project, ProjectCommand } from '@headwater/directory';

/** Makes a project with its default resolver. */
export class CreateProject extends Command<Project> {
  constructor(
    readonly ref: ProjectRef,
    readonly settings: ProjectSettings,
    readonly cause: Cause,
  ) {
    super();
  }
}

/** Anything that is done to a project that exists. */
export class ChangeProject extends Command<Project> {
  constructor(
    readonly command: Exclude<ProjectCommand, { readonly type: 'CreateProject' }>,
    readonly cause: Cause,
  ) {
    super();
  }
}
