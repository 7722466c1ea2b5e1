import { Rejection } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import { projectName } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';

/** What a resource command can be refused for (resources.md 2.2). */
export type ResourceRejectionCode =
  | 'ResourceNotFound'
  | 'RevisionNotFound'
  | 'TagNotFound'
  | 'ResourceAlreadyExists'
  | 'IncorrectRev'
  | 'ResourceIsDeprecated'
  | 'ResourceIsNotDeprecated'
  | 'UnexpectedResourceSchema'
  | 'InvalidSchemaRejection'
  | 'TooManyTags';

type ResourceRejection = Rejection<ResourceRejectionCode>;

export const resourceNotFound = (id: Iri, project: ProjectRef): ResourceRejection =>
  new Rejection('ResourceNotFound', `Resource '${id}' not found in project '${projectName(project)}'.`);

export const resourceAlreadyExists = (id: Iri, project: ProjectRef): ResourceRejection =>
  new Rejection('ResourceAlreadyExists', `Resource '${id}' already exists in project '${projectName(project)}'.`);

export const revisionNotFound = (provided: number, current: number): ResourceRejection =>
  new Rejection('RevisionNotFound', `Revision requested '${String(provided)}' not found, last known revision is '${String(current)}'.`);

export const tagNotFound = (tag: string): ResourceRejection => new Rejection('TagNotFound', `Tag requested '${tag}' not found.`);

export const resourceIsDeprecated = (id: Iri): ResourceRejection =>
  new Rejection('ResourceIsDeprecated', `Resource '${id}' is deprecated.`);

export const resourceIsNotDeprecated = (id: Iri): ResourceRejection =>
  new Rejection('ResourceIsNotDeprecated', `Resource '${id}' is not deprecated.`);

export const unexpectedResourceSchema = (id: Iri, provided: Iri, actual: Iri): ResourceRejection =>
  new Rejection(
    'UnexpectedResourceSchema',
    `Resource '${id}' is not constrained by the provided schema '${provided}', but by the schema '${actual}'.`,
  );

export const tooManyTags = (id: Iri, most: number): ResourceRejection =>
  new Rejection('TooManyTags', `Resource '${id}' already has ${String(most)} tags, which is the most it may have. Remove one first.`);
