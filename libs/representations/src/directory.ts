import type { Organization, Project } from '@headwater/directory';
import { effectiveMappings } from '@headwater/linked-data';
import { CONTEXT } from './contexts.js';
import type { Urls } from './urls.js';

const SCHEMAS = 'https://bluebrain.github.io/nexus/schemas/';

interface Common {
  readonly rev: number;
  readonly createdAt: string;
  readonly createdBy: Organization['createdBy'];
  readonly updatedAt: string;
  readonly updatedBy: Organization['createdBy'];
  readonly deprecated: boolean;
}

const common = (urls: Urls, self: string, schema: string, state: Common): Readonly<Record<string, unknown>> => ({
  _constrainedBy: `${SCHEMAS}${schema}`,
  _createdAt: state.createdAt,
  _createdBy: urls.actor(state.createdBy),
  _deprecated: state.deprecated,
  _rev: state.rev,
  _self: self,
  _updatedAt: state.updatedAt,
  _updatedBy: urls.actor(state.updatedBy),
});

function organizationMetadata(urls: Urls, organization: Organization): Readonly<Record<string, unknown>> {
  const { label, uuid } = organization;
  return { ...common(urls, urls.organization(label), 'organizations.json', organization), _label: label, _uuid: uuid };
}

/** The answer to a write of an organisation (section 6.1). */
export const writtenOrganization = (urls: Urls, organization: Organization): Readonly<Record<string, unknown>> => ({
  '@context': [CONTEXT.organizationsMetadata, CONTEXT.metadata],
  '@id': urls.organization(organization.label),
  '@type': 'Organization',
  ...organizationMetadata(urls, organization),
});

/** An organisation as an item of a list. */
export const listedOrganization = (urls: Urls, organization: Organization): Readonly<Record<string, unknown>> => ({
  '@id': urls.organization(organization.label),
  '@type': 'Organization',
  ...(organization.description === undefined ? {} : { description: organization.description }),
  ...organizationMetadata(urls, organization),
});

export const fetchedOrganization = (urls: Urls, organization: Organization): Readonly<Record<string, unknown>> => ({
  '@context': [CONTEXT.organizations, CONTEXT.metadata],
  ...listedOrganization(urls, organization),
});

function projectMetadata(urls: Urls, project: Project): Readonly<Record<string, unknown>> {
  const { organization, label, uuid, organizationUuid, apiMappings } = project;
  const mappings = [...effectiveMappings(apiMappings)].map(([prefix, namespace]) => ({ _namespace: namespace, _prefix: prefix }));
  return {
    ...common(urls, urls.project({ organization, project: label }), 'projects.json', project),
    _effectiveApiMappings: mappings,
    _label: label,
    _markedForDeletion: false,
    _organizationLabel: organization,
    _organizationUuid: organizationUuid,
    _uuid: uuid,
  };
}

/** The answer to a write of a project (section 6.2). */
export const writtenProject = (urls: Urls, project: Project): Readonly<Record<string, unknown>> => ({
  '@context': [CONTEXT.projectsMetadata, CONTEXT.metadata],
  '@id': urls.project({ organization: project.organization, project: project.label }),
  '@type': 'Project',
  ...projectMetadata(urls, project),
});

/** A project as an item of a list. */
export const listedProject = (urls: Urls, project: Project): Readonly<Record<string, unknown>> => ({
  '@id': urls.project({ organization: project.organization, project: project.label }),
  '@type': 'Project',
  ...(project.description === undefined ? {} : { description: project.description }),
  apiMappings: project.apiMappings.map(({ prefix, namespace }) => ({ namespace, prefix })),
  base: project.base,
  enforceSchema: project.enforceSchema,
  vocab: project.vocab,
  ...projectMetadata(urls, project),
});

export const fetchedProject = (urls: Urls, project: Project): Readonly<Record<string, unknown>> => ({
  '@context': [CONTEXT.projects, CONTEXT.metadata],
  ...listedProject(urls, project),
});

export const ORGANIZATIONS_CONTEXTS = [CONTEXT.metadata, CONTEXT.search, CONTEXT.organizations] as const;
export const PROJECTS_CONTEXTS = [CONTEXT.metadata, CONTEXT.search, CONTEXT.projects] as const;
