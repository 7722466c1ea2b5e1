import type { Content } from '@headwater/event-sourcing';
import type { EntityIdentity } from '@headwater/event-contracts';
import type { Project } from '@headwater/directory';
import { NXV, type Iri } from '@headwater/linked-data';
import { CONTEXT } from '@headwater/representations';

/** The resolver that every project has from its creation (spec/resources.md 6.2). */
export const DEFAULT_RESOLVER: Iri = NXV('defaultInProject');

const TYPES = [NXV('Resolver'), NXV('InProject')] as const;
const NAME = 'Default resolver';
const DESCRIPTION = 'Finds schemas and contexts among the resources of its own project.';
const PRIORITY = 1;

/** What it says, in the three forms in which every document is kept (recording 273). */
export const DEFAULT_RESOLVER_CONTENT: Content = {
  source: JSON.stringify({
    '@id': DEFAULT_RESOLVER,
    '@type': ['Resolver', 'InProject'],
    name: NAME,
    description: DESCRIPTION,
    priority: PRIORITY,
  }),
  expanded: JSON.stringify([
    {
      '@id': DEFAULT_RESOLVER,
      '@type': TYPES,
      [NXV('description')]: [{ '@value': DESCRIPTION }],
      [NXV('name')]: [{ '@value': NAME }],
      [NXV('priority')]: [{ '@value': PRIORITY }],
    },
  ]),
  compacted: JSON.stringify({
    '@context': [CONTEXT.resolvers, CONTEXT.metadata],
    '@id': DEFAULT_RESOLVER,
    '@type': ['Resolver', 'InProject'],
    description: DESCRIPTION,
    name: NAME,
    priority: PRIORITY,
  }),
};

export const defaultResolverOf = (project: Pick<Project, 'organization' | 'label' | 'uuid' | 'organizationUuid'>): EntityIdentity => ({
  id: DEFAULT_RESOLVER,
  organization: project.organization,
  project: project.label,
  organizationUuid: project.organizationUuid,
  projectUuid: project.uuid,
  types: TYPES,
});
