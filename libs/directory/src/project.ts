import type { Actor, Decider, Recorded, Revision, StreamKind } from '@headwater/event-sourcing';
import { NothingBefore, Rejection, incorrectRev, jsonStates } from '@headwater/event-sourcing';
import { projectName, type ProjectEvent, type ProjectRef, type ProjectSettings } from '@headwater/event-contracts';

export interface Project extends ProjectSettings {
  readonly kind: 'project';
  readonly label: string;
  readonly uuid: string;
  readonly organization: string;
  readonly organizationUuid: string;
  readonly rev: Revision;
  readonly createdAt: string;
  readonly createdBy: Actor;
  readonly updatedAt: string;
  readonly updatedBy: Actor;
  readonly deprecated: boolean;
}

export type ProjectState = { readonly kind: 'absent' } | Project;

export type ProjectCommand =
  | {
      readonly type: 'CreateProject';
      readonly ref: ProjectRef;
      readonly uuid: string;
      readonly organizationUuid: string;
      readonly settings: ProjectSettings;
    }
  /** Replaces all settings: what the request omits goes back to its default (resources.md 6.2). */
  | { readonly type: 'UpdateProject'; readonly ref: ProjectRef; readonly rev: number; readonly settings: ProjectSettings }
  | { readonly type: 'DeprecateProject'; readonly ref: ProjectRef; readonly rev: number }
  | { readonly type: 'UndeprecateProject'; readonly ref: ProjectRef; readonly rev: number };

/** What a project command can be refused for (resources.md 2.3). */
export type ProjectRejectionCode =
  'ProjectNotFound' | 'ProjectAlreadyExists' | 'ProjectIsDeprecated' | 'ProjectIsNotDeprecated' | 'IncorrectRev';

type ProjectRejection = Rejection<ProjectRejectionCode>;

export const projectNotFound = (ref: ProjectRef): ProjectRejection =>
  new Rejection('ProjectNotFound', `Project '${projectName(ref)}' not found.`);

export const projectIsDeprecated = (ref: ProjectRef): ProjectRejection =>
  new Rejection('ProjectIsDeprecated', `Project '${projectName(ref)}' is deprecated.`);

function decide(command: ProjectCommand, state: ProjectState): readonly ProjectEvent[] {
  const { ref } = command;
  if (command.type === 'CreateProject') {
    if (state.kind !== 'absent') {
      throw new Rejection('ProjectAlreadyExists', `Project '${projectName(ref)}' already exists.`, {
        label: ref.project,
        orgLabel: ref.organization,
      });
    }
    const { uuid, organizationUuid, settings } = command;
    return [{ type: 'ProjectCreated', data: { organization: ref.organization, label: ref.project, uuid, organizationUuid, ...settings } }];
  }
  if (state.kind === 'absent') throw projectNotFound(ref);
  const { rev, deprecated, uuid, organizationUuid } = state;
  const identity = { organization: ref.organization, label: ref.project, uuid, organizationUuid };
  if (command.rev !== rev) throw incorrectRev('the project', command.rev, rev);
  if (command.type === 'UndeprecateProject') {
    if (!deprecated) throw new Rejection('ProjectIsNotDeprecated', `Project '${projectName(ref)}' is not deprecated.`);
    return [{ type: 'ProjectUndeprecated', data: identity }];
  }
  if (deprecated) throw projectIsDeprecated(ref);
  if (command.type === 'DeprecateProject') return [{ type: 'ProjectDeprecated', data: identity }];
  return [{ type: 'ProjectUpdated', data: { ...identity, ...command.settings } }];
}

function evolve(state: ProjectState, event: Recorded<ProjectEvent>): ProjectState {
  const moved = { rev: event.revision, updatedAt: event.instant, updatedBy: event.actor };
  if (event.type === 'ProjectCreated' || event.type === 'ProjectUpdated') {
    const { organization, label, uuid, organizationUuid, base, vocab, apiMappings, enforceSchema, description } = event.data;
    const before = state.kind === 'absent' ? undefined : state;
    return {
      kind: 'project',
      label,
      uuid,
      organization,
      organizationUuid,
      ...(description === undefined ? {} : { description }),
      base,
      vocab,
      apiMappings,
      enforceSchema,
      createdAt: before?.createdAt ?? event.instant,
      createdBy: before?.createdBy ?? event.actor,
      deprecated: false,
      ...moved,
    };
  }
  if (state.kind === 'absent') throw new NothingBefore(event);
  return { ...state, ...moved, deprecated: event.type === 'ProjectDeprecated' };
}

/** The rules, and how their state is kept, of a `project/` stream. */
export const projectKind: StreamKind<ProjectState, ProjectCommand, ProjectEvent> = {
  decider: { initialState: { kind: 'absent' }, decide, evolve } satisfies Decider<ProjectState, ProjectCommand, ProjectEvent>,
  states: jsonStates<ProjectState>(1),
  lastInstant: (state) => (state.kind === 'absent' ? undefined : state.updatedAt),
};
