import { createHash } from 'node:crypto';
import type { Iri, Link, UsedContext } from '@headwater/linked-data';
import type { EntityIdentity, ResourceContent } from '../entity-events.js';
import type { ProjectRef } from '../streams.js';

export const EXAMPLE_PROJECT: ProjectRef = { organization: 'org', project: 'project' };
export const EXAMPLE_SCHEMA = 'https://bluebrain.github.io/nexus/schemas/unconstrained.json' as Iri;

/** What a test says of a document; the rest is made up to fit. */
export interface ExampleDocument {
  readonly id: string;
  readonly project?: ProjectRef;
  readonly types?: readonly string[];
  readonly name?: string;
  readonly schema?: string;
  readonly links?: readonly { readonly target: string; readonly path: readonly string[]; readonly types?: readonly string[] }[];
  readonly contexts?: readonly UsedContext[];
  /** The text that was sent; made of the name otherwise. */
  readonly source?: string;
  /** The hash of the content; made of the source otherwise. */
  readonly hash?: string;
}

const uuidOf = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
};

/** The identity that an example's events carry. */
export function exampleIdentity({ id, project = EXAMPLE_PROJECT, types = [] }: ExampleDocument): EntityIdentity {
  return {
    id: id as Iri,
    organization: project.organization,
    project: project.project,
    organizationUuid: uuidOf(project.organization),
    projectUuid: uuidOf(`${project.organization}/${project.project}`),
    types: types as readonly Iri[],
  };
}

/** A document as a reader would have read it: texts in the shapes that `Document` promises. */
export function exampleContent(document: ExampleDocument): Omit<ResourceContent, 'tag' | 'pushed'> {
  const { id, name, schema = EXAMPLE_SCHEMA, links = [], contexts = [], project = EXAMPLE_PROJECT, types = [] } = document;
  const labels = name === undefined ? {} : { name };
  const typed = types.length === 0 ? {} : { '@type': types };
  const source = document.source ?? JSON.stringify({ '@id': id, ...typed, ...labels });
  return {
    ...exampleIdentity(document),
    schema: { id: schema as Iri, project: `${project.organization}/${project.project}` },
    links: links.map(({ target, path, types: of = [] }) => ({ target, path, types: of }) as Link),
    contexts,
    hash: document.hash ?? createHash('sha256').update(source).digest('base64url'),
    content: {
      source,
      expanded: JSON.stringify([
        { '@id': id, ...typed, ...(name === undefined ? {} : { 'http://schema.org/name': [{ '@value': name }] }) },
      ]),
      compacted: JSON.stringify({
        '@context': ['https://bluebrain.github.io/nexus/contexts/metadata.json'],
        '@id': id,
        ...(types.length === 0 ? {} : { '@type': types.length === 1 ? types[0] : types }),
        ...labels,
      }),
    },
  };
}
