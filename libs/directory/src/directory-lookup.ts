import {
  loadState,
  type DomainEvent,
  type EventCodec,
  type EventStore,
  type NewestCommit,
  type StreamKind,
  type StreamName,
} from '@headwater/event-sourcing';
import { organizationCodec, organizationStream, projectCodec, projectStream, type ProjectRef } from '@headwater/event-contracts';
import { organizationIsDeprecated, organizationKind, organizationNotFound, type Organization } from './organization.js';
import { projectIsDeprecated, projectKind, projectNotFound, type Project } from './project.js';

const CACHED = 10_000;

/** A project with its organisation, as of one look into the event store. */
export interface Located {
  readonly organization: Organization;
  readonly project: Project;
}

/**
 * Organisations and projects as they are in the event store at this moment: decisions rest on it, not on a copy that may be stale. What is
 * remembered is only the decoded state of a revision, so it cannot be stale either.
 */
export class DirectoryLookup {
  readonly #decoded = new Map<StreamName, { readonly revision: number; readonly state: unknown }>();

  constructor(private readonly store: EventStore) {}

  async organization(label: string): Promise<Organization | undefined> {
    const stream = organizationStream(label);
    const [newest] = await this.store.newest([stream]);
    return this.#organization(stream, newest);
  }

  /** The two streams that `located` wants, for callers that look up others in the same round. */
  streamsOf(ref: ProjectRef): readonly [StreamName, StreamName] {
    return [organizationStream(ref.organization), projectStream(ref)];
  }

  /**
   * @param newest what the store answered for `streamsOf(ref)`, where the caller asked already.
   * @throws Rejection ProjectNotFound, or OrganizationNotFound where not even the organisation exists.
   */
  async located(ref: ProjectRef, newest?: readonly (NewestCommit | undefined)[]): Promise<Located> {
    const streams = this.streamsOf(ref);
    const [ofOrganization, ofProject] = newest ?? (await this.store.newest(streams));
    const organization = await this.#organization(streams[0], ofOrganization);
    const project = await this.#project(streams[1], ofProject);
    if (organization === undefined) throw organizationNotFound(ref.organization);
    if (project === undefined) throw projectNotFound(ref);
    return { organization, project };
  }

  async #organization(stream: StreamName, newest: NewestCommit | undefined): Promise<Organization | undefined> {
    const state = await this.#state(organizationCodec, organizationKind, stream, newest);
    return state === undefined || state.kind === 'absent' ? undefined : state;
  }

  async #project(stream: StreamName, newest: NewestCommit | undefined): Promise<Project | undefined> {
    const state = await this.#state(projectCodec, projectKind, stream, newest);
    return state === undefined || state.kind === 'absent' ? undefined : state;
  }

  async #state<State, Command, Event extends DomainEvent>(
    codec: EventCodec<Event>,
    kind: StreamKind<State, Command, Event>,
    stream: StreamName,
    newest: NewestCommit | undefined,
  ): Promise<State | undefined> {
    if (newest === undefined) return undefined;
    const known = this.#decoded.get(stream);
    if (known?.revision === newest.revision) return known.state as State;
    const { state } = await loadState(this.store, codec, kind, stream, newest);
    if (this.#decoded.size >= CACHED) this.#decoded.clear();
    this.#decoded.set(stream, { revision: newest.revision, state });
    return state;
  }
}

/** Writes need project and organisation as they are, and neither deprecated (resources.md 1.1). @throws Rejection */
export function mustBeWritable({ organization, project }: Located): void {
  if (organization.deprecated) throw organizationIsDeprecated(organization.label);
  if (project.deprecated) throw projectIsDeprecated({ organization: project.organization, project: project.label });
}
