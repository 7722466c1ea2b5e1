import {
  ANONYMOUS,
  appendTogether,
  baseAt,
  commandId,
  decide,
  handleCommand,
  loadState,
  newEventId,
  pushId,
  revision,
  type Actor,
  type Cause,
  type EventStore,
  type Handled,
  type Recorded,
  type StreamName,
} from '@headwater/event-sourcing';
import {
  entityCodec,
  entityStream,
  organizationCodec,
  organizationStream,
  projectCodec,
  projectStream,
  type EntityEvent,
  type PushedIdentity,
  type ProjectRef,
} from '@headwater/event-contracts';
import { EXAMPLE_PROJECT, exampleContent, exampleIdentity, type ExampleDocument } from '@headwater/event-contracts/testing';
import { organizationKind, projectKind, type OrganizationCommand, type ProjectCommand } from '@headwater/directory';
import { entityKind, type EntityState, type ResourceCommand } from '@headwater/resources';
import type { Iri } from '@headwater/linked-data';

const ACTOR: Actor = { type: 'User', realm: 'internal', subject: 'tester' };
const MAX_TAGS = 1000;

type Written = Handled<EntityState, EntityEvent>;

/** Writes what tests of read models read, through the same deciders as the service. Its clock goes on by a second with each command. */
export class World {
  /** Milliseconds since 1970 of the next command. */
  now = Date.UTC(2026, 0, 1);
  /** The clock stands still: commands have the same instant. */
  frozen = false;
  readonly #store: EventStore;
  #commands = 0;

  constructor(store: EventStore) {
    this.#store = store;
  }

  create(document: ExampleDocument, tag?: string): Promise<Written> {
    const command = { type: 'CreateResource', content: exampleContent(document), ...(tag === undefined ? {} : { tag }) } as const;
    return this.#entity(document, command);
  }

  update(document: ExampleDocument, rev: number): Promise<Written> {
    return this.#entity(document, {
      type: 'UpdateResource',
      rev,
      content: exampleContent(document),
      skipUnchanged: false,
      maxTags: MAX_TAGS,
    });
  }

  tag(document: ExampleDocument, rev: number, tag: string, targetRev: number): Promise<Written> {
    const command = { type: 'TagResource', identity: exampleIdentity(document), rev, tag, targetRev, maxTags: MAX_TAGS } as const;
    return this.#entity(document, command);
  }

  deprecate(document: ExampleDocument, rev: number): Promise<Written> {
    return this.#entity(document, { type: 'DeprecateResource', identity: exampleIdentity(document), rev });
  }

  undeprecate(document: ExampleDocument, rev: number): Promise<Written> {
    return this.#entity(document, { type: 'UndeprecateResource', identity: exampleIdentity(document), rev });
  }

  push(document: ExampleDocument, identity: PushedIdentity = { kind: 'id', id: document.id }): Promise<Written> {
    const pushed = { dataset: 'a-dataset', push: pushId('a-push'), identity };
    return this.#pushed(document, { type: 'StorePushedItem', content: exampleContent(document), pushed });
  }

  deletePushed(document: ExampleDocument): Promise<Written> {
    const pushed = { dataset: 'a-dataset', push: pushId('a-push'), identity: { kind: 'id', id: document.id } as const };
    return this.#pushed(document, { type: 'DeletePushedItem', pushed });
  }

  resolver(document: ExampleDocument): Promise<Written> {
    const { content } = exampleContent(document);
    return this.#entity(document, { type: 'CreateDefaultResolver', identity: exampleIdentity(document), content });
  }

  async organization(command: OrganizationCommand): Promise<void> {
    const stream = organizationStream(command.label);
    await handleCommand({ store: this.#store, codec: organizationCodec, kind: organizationKind, stream, command, cause: this.#cause() });
  }

  async project(command: ProjectCommand): Promise<void> {
    const stream = projectStream(command.ref);
    await handleCommand({ store: this.#store, codec: projectCodec, kind: projectKind, stream, command, cause: this.#cause() });
  }

  /** Appends an event that no decider makes: an entity's content is missing before it, so that projections park its stream. */
  async poison(id: string, project: ProjectRef = EXAMPLE_PROJECT): Promise<StreamName> {
    const stream = entityStream(project, id as Iri);
    const at = revision(1);
    const event: Recorded<EntityEvent> = {
      type: 'ResourceTagDeleted',
      data: { ...exampleIdentity({ id, project }), tag: 'none' },
      id: newEventId(at),
      stream,
      revision: at,
      base: baseAt(0),
      instant: new Date(this.now).toISOString(),
      actor: ANONYMOUS,
      commandId: commandId('a-fault'),
    };
    const partition = await this.#store.partitionFor(stream);
    await this.#store.append([{ stream, base: baseAt(0), partition, events: [entityCodec.encode(event)], after: '{"format":0}' }]);
    return stream;
  }

  /** What a push writes is stored together, which stores may do otherwise than a commit by itself. */
  async #pushed(document: ExampleDocument, command: ResourceCommand): Promise<Written> {
    const stream = streamOf(document);
    const [newest] = await this.#store.newest([stream]);
    const loaded = await loadState(this.#store, entityCodec, entityKind, stream, newest);
    const { state, events, commit } = decide<EntityState, ResourceCommand, EntityEvent>(
      entityCodec,
      entityKind,
      loaded,
      command,
      this.#cause(),
    );
    const lost = commit === undefined ? [] : await appendTogether(this.#store, [commit]);
    if (lost.length > 0) throw new Error(`Somebody else has written ${stream} meanwhile.`);
    return { state, revision: revision(loaded.revision + events.length), events };
  }

  #entity(document: ExampleDocument, command: ResourceCommand): Promise<Written> {
    const stream = streamOf(document);
    return handleCommand({ store: this.#store, codec: entityCodec, kind: entityKind, stream, command, cause: this.#cause() });
  }

  #cause(): Cause {
    if (!this.frozen) this.now += 1000;
    this.#commands += 1;
    return { actor: ACTOR, commandId: commandId(`command-${String(this.#commands)}`), now: this.now };
  }
}

export const streamOf = ({ id, project = EXAMPLE_PROJECT }: ExampleDocument): StreamName => entityStream(project, id as Iri);
