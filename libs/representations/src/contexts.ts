const CONTEXTS = 'https://bluebrain.github.io/nexus/contexts/';

/** The IRIs of the contexts that answers name. */
export const CONTEXT = {
  metadata: `${CONTEXTS}metadata.json`,
  error: `${CONTEXTS}error.json`,
  search: `${CONTEXTS}search.json`,
  searchMetadata: `${CONTEXTS}search-metadata.json`,
  tags: `${CONTEXTS}tags.json`,
  resolvers: `${CONTEXTS}resolvers.json`,
  organizations: `${CONTEXTS}organizations.json`,
  organizationsMetadata: `${CONTEXTS}organizations-metadata.json`,
  projects: `${CONTEXTS}projects.json`,
  projectsMetadata: `${CONTEXTS}projects-metadata.json`,
  shacl: `${CONTEXTS}shacl-20170720.json`,
} as const;
