import { expandSegment, expandTypeFilter, InvalidSegment, parseSchemaRef, type Iri } from '@headwater/linked-data';
import { rejection } from '@headwater/representations';
import type { ProjectScope } from './project-scopes.js';

/** Segments that end other paths, so that they are no ids (resources.md 1.1). */
const TAKEN: ReadonlySet<string> = new Set(['events', 'source', 'tags']);

/** The id that a path's segment names in a project. @throws InvalidResourceId, ResourceNotFound */
export function idOf(segment: string, scope: ProjectScope): Iri {
  if (TAKEN.has(segment)) throw rejection('ResourceNotFound', 'The requested resource does not exist.');
  return refusing(() => expandSegment(segment, scope));
}

/** The schema that a path's segment names; undefined for `_`, which asks for none in particular. @throws InvalidResourceId, ResourceNotFound */
export function schemaOf(segment: string, scope: ProjectScope): Iri | undefined {
  return segment === '_' ? undefined : parseSchemaRef(idOf(segment, scope)).iri;
}

/** @throws InvalidResourceId */
export const typeOf = (text: string, scope: ProjectScope): Iri => refusing(() => expandTypeFilter(text, scope));

function refusing(expand: () => Iri): Iri {
  try {
    return expand();
  } catch (error) {
    if (error instanceof InvalidSegment) throw rejection('InvalidResourceId', error.message);
    throw error;
  }
}
