import type { Content, PushId } from '@headwater/event-sourcing';
import type { Iri, Link, UsedContext } from '@headwater/linked-data';

/** Which entity of which project an event is about. */
export interface EntityIdentity {
  readonly id: Iri;
  readonly organization: string;
  readonly project: string;
  readonly organizationUuid: string;
  readonly projectUuid: string;
  readonly types: readonly Iri[];
}

/** The schema that constrains a resource; `project` (`{org}/{project}`) is where it was found. */
export interface SchemaRef {
  readonly id: Iri;
  readonly rev?: number;
  readonly project: string;
}

/** How a pushed item was named by its sender (datasets.md 1.6). */
export type PushedIdentity =
  | { readonly kind: 'source'; readonly source: string; readonly sourceId: string }
  | { readonly kind: 'scheme'; readonly scheme: string; readonly id: string }
  | { readonly kind: 'dataPointKey'; readonly client: string; readonly key: string }
  | { readonly kind: 'id'; readonly id: string };

export interface Pushed {
  readonly dataset: string;
  readonly push: PushId;
  readonly identity: PushedIdentity;
}

/** A document as it was read once, when the event was made: nothing downstream resolves or expands it again. */
export interface ResourceContent extends EntityIdentity {
  readonly schema: SchemaRef;
  readonly links: readonly Link[];
  readonly contexts: readonly UsedContext[];
  /** Of the source: `{of all but meta.modified}[.{of meta.modified}]`, ignoring the order of members: what "unchanged" compares. */
  readonly hash: string;
  readonly content: Content;
  /** The tag of a create or update that carried `?tag=`: it names this revision. */
  readonly tag?: string;
  readonly pushed?: Pushed;
}

export type ResourceEvent =
  | { readonly type: 'ResourceCreated'; readonly data: ResourceContent }
  | { readonly type: 'ResourceUpdated'; readonly data: ResourceContent }
  | { readonly type: 'ResourceTagAdded'; readonly data: EntityIdentity & { readonly tag: string; readonly targetRev: number } }
  | { readonly type: 'ResourceTagDeleted'; readonly data: EntityIdentity & { readonly tag: string } }
  | { readonly type: 'ResourceDeprecated'; readonly data: EntityIdentity & { readonly pushed?: Pushed } }
  | { readonly type: 'ResourceUndeprecated'; readonly data: EntityIdentity & { readonly pushed?: Pushed } };

export type ResolverEvent = {
  readonly type: 'ResolverCreated';
  readonly data: EntityIdentity & { readonly value: { readonly type: 'InProject'; readonly priority: number }; readonly content: Content };
};

/** What an `entity/` stream holds. */
export type EntityEvent = ResourceEvent | ResolverEvent;
