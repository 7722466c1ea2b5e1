import { NothingBefore, incorrectRev, type Decider, type Recorded, type Revision, type StreamKind } from '@headwater/event-sourcing';
import type { EntityEvent, EntityIdentity, Pushed } from '@headwater/event-contracts';
import { RESOLVERS_SCHEMA } from './schemas.js';
import { ABSENT, entityStates, type Entity, type EntityState, type ResourceState, type Tag } from './entity-state.js';
import type { ReadContent, ResourceCommand, Target } from './resource-commands.js';
import {
  resourceAlreadyExists,
  resourceIsDeprecated,
  resourceIsNotDeprecated,
  resourceNotFound,
  revisionNotFound,
  tagNotFound,
  tooManyTags,
  unexpectedResourceSchema,
} from './rejection.js';

/** The rules of an `entity/` stream. The order of checks is resources.md 3.8's. */
function decide(command: ResourceCommand, state: EntityState): readonly EntityEvent[] {
  switch (command.type) {
    case 'CreateResource': {
      if (state.kind !== 'absent') throw resourceAlreadyExists(command.content.id, command.content);
      return [{ type: 'ResourceCreated', data: withTag(command.content, command.tag) }];
    }
    case 'UpdateResource': {
      const { content, rev, tag, skipUnchanged, maxTags } = command;
      const resource = mustExist(state, content);
      mustBeAt(rev, resource);
      mustBeActive(resource);
      // Every accepted update is a revision, also of the same content, unless the switch of ruling 5 is on.
      if (skipUnchanged && tag === undefined && content.hash === resource.hash && content.schema.id === resource.schema.id) return [];
      if (tag !== undefined) mustHaveRoomFor(tag, resource, maxTags);
      return [{ type: 'ResourceUpdated', data: withTag(content, tag) }];
    }
    case 'TagResource': {
      const resource = mustExist(state, command.identity);
      mustBeAt(command.rev, resource);
      mustHaveSchema(command, resource);
      mustBeActive(resource);
      if (command.targetRev < 1 || command.targetRev > resource.rev) throw revisionNotFound(command.targetRev, resource.rev);
      // The tag it already has makes no revision (ruling 14).
      if (resource.tags.some(({ tag, rev }) => tag === command.tag && rev === command.targetRev)) return [];
      mustHaveRoomFor(command.tag, resource, command.maxTags);
      return [{ type: 'ResourceTagAdded', data: { ...identityOf(resource), tag: command.tag, targetRev: command.targetRev } }];
    }
    case 'UntagResource': {
      const resource = mustExist(state, command.identity);
      mustBeAt(command.rev, resource);
      mustHaveSchema(command, resource);
      mustBeActive(resource);
      if (!resource.tags.some(({ tag }) => tag === command.tag)) throw tagNotFound(command.tag);
      return [{ type: 'ResourceTagDeleted', data: { ...identityOf(resource), tag: command.tag } }];
    }
    case 'DeprecateResource': {
      const resource = mustExist(state, command.identity);
      mustBeAt(command.rev, resource);
      mustBeActive(resource);
      mustHaveSchema(command, resource);
      return [{ type: 'ResourceDeprecated', data: identityOf(resource) }];
    }
    case 'UndeprecateResource': {
      const resource = mustExist(state, command.identity);
      mustBeAt(command.rev, resource);
      mustHaveSchema(command, resource);
      if (!resource.deprecated) throw resourceIsNotDeprecated(resource.id);
      return [{ type: 'ResourceUndeprecated', data: identityOf(resource) }];
    }
    case 'StorePushedItem':
      return decidePushed(command.content, command.pushed, state);
    case 'DeletePushedItem': {
      if (state.kind !== 'resource' || state.deprecated) return [];
      return [{ type: 'ResourceDeprecated', data: { ...identityOf(state), pushed: command.pushed } }];
    }
    case 'CreateDefaultResolver': {
      if (state.kind !== 'absent') throw resourceAlreadyExists(command.identity.id, command.identity);
      return [
        { type: 'ResolverCreated', data: { ...command.identity, value: { type: 'InProject', priority: 1 }, content: command.content } },
      ];
    }
  }
}

function decidePushed(content: ReadContent, pushed: Pushed, state: EntityState): readonly EntityEvent[] {
  const data = { ...content, pushed };
  if (state.kind === 'absent') return [{ type: 'ResourceCreated', data }];
  if (state.kind !== 'resource') throw resourceAlreadyExists(content.id, content);
  const update: EntityEvent = { type: 'ResourceUpdated', data };
  const changed = !sameButForModified(content.hash, state.hash);
  if (!state.deprecated) return changed ? [update] : [];
  const back: EntityEvent = { type: 'ResourceUndeprecated', data: { ...identityOf(state), pushed } };
  return changed ? [back, update] : [back];
}

function evolve(state: EntityState, event: Recorded<EntityEvent>): EntityState {
  switch (event.type) {
    case 'ResourceCreated':
    case 'ResourceUpdated': {
      const { tag, pushed, hash, schema } = event.data;
      const before = state.kind === 'resource' ? state : undefined;
      const push = pushed === undefined ? before?.pushed : { dataset: pushed.dataset, identity: pushed.identity };
      return {
        kind: 'resource',
        ...identityOf(event.data),
        rev: event.revision,
        contentRev: event.revision,
        contentBase: event.base,
        createdAt: before?.createdAt ?? event.instant,
        createdBy: before?.createdBy ?? event.actor,
        updatedAt: event.instant,
        updatedBy: event.actor,
        deprecated: false,
        schema,
        tags: tag === undefined ? (before?.tags ?? []) : tagged(before?.tags ?? [], tag, event.revision),
        hash,
        ...(push === undefined ? {} : { pushed: push }),
      };
    }
    case 'ResourceTagAdded':
      return moved(state, event, (resource) => ({ tags: tagged(resource.tags, event.data.tag, event.data.targetRev) }));
    case 'ResourceTagDeleted':
      return moved(state, event, (resource) => ({ tags: resource.tags.filter(({ tag }) => tag !== event.data.tag) }));
    case 'ResourceDeprecated':
      return moved(state, event, () => ({ deprecated: true }));
    case 'ResourceUndeprecated':
      return moved(state, event, () => ({ deprecated: false }));
    case 'ResolverCreated':
      return {
        kind: 'resolver',
        ...identityOf(event.data),
        rev: event.revision,
        contentRev: event.revision,
        contentBase: event.base,
        createdAt: event.instant,
        createdBy: event.actor,
        updatedAt: event.instant,
        updatedBy: event.actor,
        deprecated: false,
        schema: { id: RESOLVERS_SCHEMA, project: `${event.data.organization}/${event.data.project}` },
        tags: [],
        priority: event.data.value.priority,
      };
  }
}

function moved(
  state: EntityState,
  event: Recorded<EntityEvent>,
  change: (entity: Entity) => Partial<Pick<Entity, 'tags' | 'deprecated'>>,
): EntityState {
  if (state.kind === 'absent') throw new NothingBefore(event);
  return { ...state, ...change(state), rev: event.revision, updatedAt: event.instant, updatedBy: event.actor };
}

/** The rules, and how their state is kept, of every `entity/` stream. */
export const resourceDecider: Decider<EntityState, ResourceCommand, EntityEvent> = { initialState: ABSENT, decide, evolve };

export const entityKind: StreamKind<EntityState, ResourceCommand, EntityEvent> = {
  decider: resourceDecider,
  states: entityStates,
  lastInstant: (state) => (state.kind === 'absent' ? undefined : state.updatedAt),
};

function mustExist(state: EntityState, identity: Target['identity']): ResourceState {
  if (state.kind !== 'resource') throw resourceNotFound(identity.id, identity);
  return state;
}

function mustBeAt(rev: number, { rev: current }: { readonly rev: Revision }): void {
  if (rev !== current) throw incorrectRev('the resource', rev, current);
}

/** Ruling 4: deprecated is locked; `undeprecate` is the one way back. */
function mustBeActive({ id, deprecated }: ResourceState): void {
  if (deprecated) throw resourceIsDeprecated(id);
}

/** Invariant 7: a state is loaded by every command, so it is bounded. */
function mustHaveRoomFor(name: string, { id, tags }: ResourceState, maxTags: number): void {
  if (tags.length >= maxTags && !tags.some(({ tag }) => tag === name)) throw tooManyTags(id, maxTags);
}

function mustHaveSchema({ schema }: Target, resource: ResourceState): void {
  if (schema !== undefined && schema !== resource.schema.id) throw unexpectedResourceSchema(resource.id, schema, resource.schema.id);
}

const identityOf = ({ id, organization, project, organizationUuid, projectUuid, types }: EntityIdentity): EntityIdentity => ({
  id,
  organization,
  project,
  organizationUuid,
  projectUuid,
  types,
});

/** Content hashes are `{of all but meta.modified}[.{of meta.modified}]`: a push compares the first part only (datasets.md ruling 14). */
export const sameButForModified = (a: string, b: string): boolean => a.split('.', 1)[0] === b.split('.', 1)[0];

const withTag = (content: ReadContent, tag: string | undefined): ReadContent & { readonly tag?: string } =>
  tag === undefined ? content : { ...content, tag };

const tagged = (tags: readonly Tag[], tag: string, rev: number): readonly Tag[] =>
  [...tags.filter((one) => one.tag !== tag), { tag, rev }].sort((a, b) => (a.tag < b.tag ? -1 : 1));
