import { Command } from '@nestjs/cqrs';
import type { Cause } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import type { JsonSource } from '@headwater/linked-data';
import type { Written } from '../answers/write-answers.js';

/** Where a request points: labels that were checked, segments that were percent-decoded and not expanded yet. */
export interface ResourceAddress {
  readonly project: ProjectRef;
  /** `_`, an alias, a curie or an IRI. */
  readonly schema: string;
  readonly id: string;
}

export interface NewResource {
  /** Without an id the document's own counts, or one is made (spec/resources.md 3.3). */
  readonly address: Omit<ResourceAddress, 'id'> & { readonly id?: string };
  readonly source: JsonSource;
  readonly tag?: string;
  /** Only where neither address nor document has an id. */
  readonly idempotencyKey?: string;
}

export class CreateResource extends Command<Written> {
  constructor(
    readonly resource: NewResource,
    readonly cause: Cause,
  ) {
    super();
  }
}

export interface NewContent {
  readonly address: ResourceAddress;
  readonly source: JsonSource;
  readonly rev: number;
  readonly tag?: string;
}

export class UpdateResource extends Command<Written> {
  constructor(
    readonly resource: NewContent,
    readonly cause: Cause,
  ) {
    super();
  }
}

/** What is done to a resource without a new content. */
export type ResourceChange =
  | { readonly type: 'TagResource'; readonly rev: number; readonly tag: string; readonly targetRev: number }
  | { readonly type: 'UntagResource'; readonly rev: number; readonly tag: string }
  | { readonly type: 'DeprecateResource'; readonly rev: number }
  | { readonly type: 'UndeprecateResource'; readonly rev: number };

export class ChangeResource extends Command<Written> {
  constructor(
    readonly address: ResourceAddress,
    readonly change: ResourceChange,
    readonly cause: Cause,
  ) {
    super();
  }
}
