import type { Iri } from './iri.js';

/** A namespace function: `NXV('rev')` is `https://bluebrain.github.io/nexus/vocabulary/rev`. The arguments are constants of this code base. */
export interface Namespace {
  (name: string): Iri;
  readonly iri: Iri;
}

function namespace(iri: string): Namespace {
  return Object.assign((name: string) => (iri + name) as Iri, { iri: iri as Iri });
}

export const NXV = namespace('https://bluebrain.github.io/nexus/vocabulary/');
/** Contexts of the platform: ids below it are reserved (spec/resources.md 3.5). */
export const CTX = namespace('https://bluebrain.github.io/nexus/contexts/');
/** Schemas of the platform. */
export const SCH = namespace('https://bluebrain.github.io/nexus/schemas/');
export const RDF = namespace('http://www.w3.org/1999/02/22-rdf-syntax-ns#');
export const RDFS = namespace('http://www.w3.org/2000/01/rdf-schema#');
export const XSD = namespace('http://www.w3.org/2001/XMLSchema#');
export const OWL = namespace('http://www.w3.org/2002/07/owl#');
export const SKOS = namespace('http://www.w3.org/2004/02/skos/core#');
export const SHACL = namespace('http://www.w3.org/ns/shacl#');
export const SCHEMA_ORG = namespace('http://schema.org/');

/** The built-in contexts that answers name most; all of them are in `builtin-contexts.ts`. */
export const CONTEXTS = {
  metadata: CTX('metadata.json'),
  error: CTX('error.json'),
  search: CTX('search.json'),
  searchMetadata: CTX('search-metadata.json'),
  tags: CTX('tags.json'),
  shacl: CTX('shacl-20170720.json'),
  schemasMetadata: CTX('schemas-metadata.json'),
  resolvers: CTX('resolvers.json'),
  resolversMetadata: CTX('resolvers-metadata.json'),
  projects: CTX('projects.json'),
  projectsMetadata: CTX('projects-metadata.json'),
  organizations: CTX('organizations.json'),
  organizationsMetadata: CTX('organizations-metadata.json'),
  acls: CTX('acls.json'),
  aclsMetadata: CTX('acls-metadata.json'),
  identities: CTX('identities.json'),
  permissions: CTX('permissions.json'),
  permissionsMetadata: CTX('permissions-metadata.json'),
  realms: CTX('realms.json'),
  realmsMetadata: CTX('realms-metadata.json'),
  remoteContexts: CTX('remote-contexts.json'),
  validation: CTX('validation.json'),
  aggregations: CTX('aggregations.json'),
  statistics: CTX('statistics.json'),
  version: CTX('version.json'),
  bulkOperation: CTX('bulk-operation.json'),
} as const;

/** The schemas that `_constrainedBy` of the platform's own entities names (spec/resources.md 3.1). */
export const SCHEMAS = {
  unconstrained: SCH('unconstrained.json'),
  shacl: SCH('shacl-20170720.ttl'),
  resolvers: SCH('resolvers.json'),
  projects: SCH('projects.json'),
  organizations: SCH('organizations.json'),
  acls: SCH('acls.json'),
  permissions: SCH('permissions.json'),
  realms: SCH('realms.json'),
  views: SCH('views.json'),
  storages: SCH('storages.json'),
  files: SCH('files.json'),
  archives: SCH('archives.json'),
} as const;

/** What an answer's metadata says about a resource; no links in the sense of spec/resources.md 3.9. */
export const METADATA_LINKS: ReadonlySet<string> = new Set<string>([
  NXV('createdBy'),
  NXV('updatedBy'),
  NXV('constrainedBy'),
  NXV('project'),
  NXV('schemaProject'),
  NXV('self'),
  NXV('incoming'),
  NXV('outgoing'),
  RDF('type'),
]);
