import { jsonStates, type Actor, type Base, type Revision } from '@headwater/event-sourcing';
import type { EntityIdentity, Pushed, PushedIdentity, SchemaRef } from '@headwater/event-contracts';

/** What names a revision of an entity. */
export interface Tag {
  readonly tag: string;
  readonly rev: number;
}

interface EntityMetadata extends EntityIdentity {
  readonly rev: Revision;
  /** The revision whose event holds the content of now. */
  readonly contentRev: Revision;
  /** The base of that event's commit: with the stream's name, its key in the event store. */
  readonly contentBase: Base;
  readonly createdAt: string;
  readonly createdBy: Actor;
  readonly updatedAt: string;
  readonly updatedBy: Actor;
  readonly deprecated: boolean;
  readonly schema: SchemaRef;
  /** Ordered by name. */
  readonly tags: readonly Tag[];
}

export interface ResourceState extends EntityMetadata {
  readonly kind: 'resource';
  /** Of the content: `{of all but meta.modified}[.{of meta.modified}]`, ignoring the order of members. */
  readonly hash: string;
  /** How the item was named when it was pushed last, with its dataset; absent for a resource that was never pushed. */
  readonly pushed?: { readonly dataset: Pushed['dataset']; readonly identity: PushedIdentity };
}

export interface ResolverState extends EntityMetadata {
  readonly kind: 'resolver';
  readonly priority: number;
}

/** An entity that exists. */
export type Entity = ResourceState | ResolverState;

/** What an `entity/` stream has come to. */
export type EntityState = { readonly kind: 'absent' } | Entity;

export const ABSENT: EntityState = { kind: 'absent' };

/** How entities are kept as a commit's `after`. */
export const entityStates = jsonStates<EntityState>(1);
