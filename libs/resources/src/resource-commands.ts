import type { EntityIdentity, Pushed, ResourceContent } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';

/** Which resource a command is for, as the request named it. `schema` is absent where the request does not care (`_`). */
export interface Target {
  readonly identity: Pick<EntityIdentity, 'id' | 'organization' | 'project'>;
  readonly schema?: Iri;
}

/** A content as it was read, without what the request adds to it. */
export type ReadContent = Omit<ResourceContent, 'tag' | 'pushed'>;

export type ResourceCommand =
  | { readonly type: 'CreateResource'; readonly content: ReadContent; readonly tag?: string }
  | {
      readonly type: 'UpdateResource';
      readonly rev: number;
      readonly content: ReadContent;
      readonly tag?: string;
      /** Ruling 5's switch: an update that changes nothing makes no revision. */
      readonly skipUnchanged: boolean;
      readonly maxTags: number;
    }
  | (Target & {
      readonly type: 'TagResource';
      readonly rev: number;
      readonly tag: string;
      readonly targetRev: number;
      readonly maxTags: number;
    })
  | (Target & { readonly type: 'UntagResource'; readonly rev: number; readonly tag: string })
  | (Target & { readonly type: 'DeprecateResource'; readonly rev: number })
  | (Target & { readonly type: 'UndeprecateResource'; readonly rev: number })
  /** An item of a dataset push: creates, updates, brings back, or changes nothing (datasets.md rulings 4 and 15). */
  | { readonly type: 'StorePushedItem'; readonly content: ReadContent; readonly pushed: Pushed }
  /** A pushed item that says it is deleted; unknown or deprecated already, it changes nothing. */
  | { readonly type: 'DeletePushedItem'; readonly pushed: Pushed }
  /** The resolver that every new project has (resources.md 6.2). */
  | { readonly type: 'CreateDefaultResolver'; readonly identity: EntityIdentity; readonly content: ResourceContent['content'] };
