import type { Actor, Decider, Recorded, Revision, StreamKind } from '@headwater/event-sourcing';
import { NothingBefore, Rejection, incorrectRev, jsonStates } from '@headwater/event-sourcing';
import type { OrganizationEvent } from '@headwater/event-contracts';

export interface Organization {
  readonly kind: 'organization';
  readonly label: string;
  readonly uuid: string;
  readonly description?: string;
  readonly rev: Revision;
  readonly createdAt: string;
  readonly createdBy: Actor;
  readonly updatedAt: string;
  readonly updatedBy: Actor;
  readonly deprecated: boolean;
}

export type OrganizationState = { readonly kind: 'absent' } | Organization;

export type OrganizationCommand =
  | { readonly type: 'CreateOrganization'; readonly label: string; readonly uuid: string; readonly description?: string }
  | { readonly type: 'UpdateOrganization'; readonly label: string; readonly rev: number; readonly description?: string }
  | { readonly type: 'DeprecateOrganization'; readonly label: string; readonly rev: number }
  | { readonly type: 'UndeprecateOrganization'; readonly label: string; readonly rev: number };

/** What an organisation command can be refused for (resources.md 2.3). */
export type OrganizationRejectionCode =
  'OrganizationNotFound' | 'OrganizationAlreadyExists' | 'OrganizationIsDeprecated' | 'OrganizationIsNotDeprecated' | 'IncorrectRev';

type OrganizationRejection = Rejection<OrganizationRejectionCode>;

export const organizationNotFound = (label: string): OrganizationRejection =>
  new Rejection('OrganizationNotFound', `Organization '${label}' not found.`);

export const organizationIsDeprecated = (label: string): OrganizationRejection =>
  new Rejection('OrganizationIsDeprecated', `Organization '${label}' is deprecated.`);

function decide(command: OrganizationCommand, state: OrganizationState): readonly OrganizationEvent[] {
  if (command.type === 'CreateOrganization') {
    const { label, uuid, description } = command;
    if (state.kind !== 'absent') throw new Rejection('OrganizationAlreadyExists', `Organization '${label}' already exists.`, { label });
    return [{ type: 'OrganizationCreated', data: { label, uuid, ...(description === undefined ? {} : { description }) } }];
  }
  if (state.kind === 'absent') throw organizationNotFound(command.label);
  const { label, uuid, rev, deprecated } = state;
  if (command.rev !== rev) throw incorrectRev('the organization', command.rev, rev);
  if (command.type === 'UndeprecateOrganization') {
    if (!deprecated) throw new Rejection('OrganizationIsNotDeprecated', `Organization '${label}' is not deprecated.`);
    return [{ type: 'OrganizationUndeprecated', data: { label, uuid } }];
  }
  if (deprecated) throw organizationIsDeprecated(label);
  if (command.type === 'DeprecateOrganization') return [{ type: 'OrganizationDeprecated', data: { label, uuid } }];
  const { description } = command;
  return [{ type: 'OrganizationUpdated', data: { label, uuid, ...(description === undefined ? {} : { description }) } }];
}

function evolve(state: OrganizationState, event: Recorded<OrganizationEvent>): OrganizationState {
  const moved = { rev: event.revision, updatedAt: event.instant, updatedBy: event.actor };
  if (event.type === 'OrganizationCreated' || event.type === 'OrganizationUpdated') {
    const { label, uuid, description } = event.data;
    const before = state.kind === 'absent' ? undefined : state;
    return {
      kind: 'organization',
      label,
      uuid,
      ...(description === undefined ? {} : { description }),
      createdAt: before?.createdAt ?? event.instant,
      createdBy: before?.createdBy ?? event.actor,
      deprecated: false,
      ...moved,
    };
  }
  if (state.kind === 'absent') throw new NothingBefore(event);
  return { ...state, ...moved, deprecated: event.type === 'OrganizationDeprecated' };
}

/** The rules, and how their state is kept, of an `org/` stream. */
export const organizationKind: StreamKind<OrganizationState, OrganizationCommand, OrganizationEvent> = {
  decider: { initialState: { kind: 'absent' }, decide, evolve } satisfies Decider<
    OrganizationState,
    OrganizationCommand,
    OrganizationEvent
  >,
  states: jsonStates<OrganizationState>(1),
  lastInstant: (state) => (state.kind === 'absent' ? undefined : state.updatedAt),
};
