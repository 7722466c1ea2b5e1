import type { Located } from '@headwater/directory';
import { projectName, type ProjectRef } from '@headwater/event-contracts';
import { effectiveMappings, expandSegment, parseSchemaRef, type Iri, type Mappings } from '@headwater/linked-data';
import { CONTEXT, rejection } from '@headwater/representations';
import { UNCONSTRAINED } from '@headwater/resources';
import { DEFAULT_RESOLVER } from '../directory/default-resolver.js';

/** What segments are expanded with: the project's base and its mappings (spec/resources.md 3.2). */
export interface ProjectNames {
  readonly uuid: string;
  readonly base: Iri;
  readonly mappings: Mappings;
}

const names = new WeakMap<object, ProjectNames>();

/** Made once for each revision of a project. */
export function namesOf({ project }: Located): ProjectNames {
  const known = names.get(project);
  if (known !== undefined) return known;
  const made = { uuid: project.uuid, base: project.base, mappings: effectiveMappings(project.apiMappings) };
  names.set(project, made);
  return made;
}

/** What a schema segment means. `any` on a create is the same as unconstrained. */
export type SchemaSegment = { readonly kind: 'any' } | { readonly kind: 'unconstrained' } | { readonly kind: 'other'; readonly iri: Iri };

/** @throws InvalidSegment */
export function schemaSegment(segment: string, of: ProjectNames): SchemaSegment {
  if (segment === '_') return { kind: 'any' };
  const { iri } = parseSchemaRef(expandSegment(segment, of));
  return iri === UNCONSTRAINED ? { kind: 'unconstrained' } : { kind: 'other', iri };
}

/** Which schema a resource must have to be meant; undefined where it does not matter. */
export function schemaAsked(segment: SchemaSegment): Iri | undefined {
  switch (segment.kind) {
    case 'any':
      return undefined;
    case 'unconstrained':
      return UNCONSTRAINED;
    case 'other':
      return segment.iri;
  }
}

/**
 * No schema but the unconstrained one can be resolved yet, so any other answers as one that the project does not have, with the report of
 * its resolver (sections 2.2 and 2.6).
 */
export const schemaNotResolved = (schema: Iri, project: ProjectRef) => {
  const name = projectName(project);
  return rejection('InvalidSchemaRejection', `Schema '${schema}' could not be resolved in '${name}'.`, {
    '@context': [CONTEXT.resolvers, CONTEXT.error],
    report: {
      history: [
        {
          rejections: [
            { cause: { '@type': 'ResourceNotFound', reason: `The resource was not found in project '${name}'.` }, project: name },
          ],
          resolverId: DEFAULT_RESOLVER,
          success: false,
        },
      ],
    },
  });
};

/**
 * Of a project that demands schemas, new resources without one are only those without a type: contexts are such (section 6.6, ruling 18).
 *
 * @throws Rejection SchemaIsMandatory
 */
export function mayBeUnconstrained({ project }: Located, types: readonly Iri[]): void {
  if (!project.enforceSchema || types.length === 0) return;
  const name = projectName({ organization: project.organization, project: project.label });
  throw rejection('SchemaIsMandatory', `Project '${name}' takes no resources with a type that no schema constrains: name a schema.`);
}
