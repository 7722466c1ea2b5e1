import type { Iri } from './iri.js';
import type { JsonObject } from './json-value.js';
import { CTX, NXV, OWL, RDF, RDFS, SCHEMA_ORG, SHACL, SKOS, XSD } from './vocabulary.js';

/** A term definition, as JSON-LD writes it. */
type Term = string | JsonObject;
type Terms = Readonly<Record<string, Term>>;

const id = (iri: string): Term => ({ '@id': iri, '@type': '@id' });
const dateTime = (iri: string): Term => ({ '@id': iri, '@type': XSD('dateTime') });
const set = (iri: string): Term => ({ '@id': iri, '@container': '@set' });
const list = (iri: string): Term => ({ '@id': iri, '@container': '@list' });
const idSet = (iri: string): Term => ({ '@id': iri, '@type': '@id', '@container': '@set' });
const idList = (iri: string): Term => ({ '@id': iri, '@type': '@id', '@container': '@list' });

/** `_name` for `nxv:name`, in the given form. */
function underscored(form: (iri: string) => Term, ...names: readonly string[]): Terms {
  return Object.fromEntries(names.map((name) => [`_${name}`, form(NXV(name))]));
}

/** The term `name` for `{namespace}name`, in the given form. */
function terms(namespace: (name: string) => string, form: (iri: string) => Term, ...names: readonly string[]): Terms {
  return Object.fromEntries(names.map((name) => [name, form(namespace(name))]));
}

const plain = (iri: string): Term => iri;

/** Every answer about a resource has this one (spec/resources.md 3.4); it must stay a JSON-LD 1.0 context, as it is in front of users' own. */
const metadata: Terms = {
  ...underscored(plain, 'rev', 'deprecated', 'source', 'instant', 'uuid', 'label'),
  ...underscored(plain, 'organizationLabel', 'organizationUuid', 'projectLabel', 'projectUuid'),
  ...underscored(dateTime, 'createdAt', 'updatedAt'),
  ...underscored(id, 'createdBy', 'updatedBy', 'constrainedBy', 'self', 'incoming', 'outgoing', 'project', 'schemaProject', 'resourceId'),
  ...underscored(set, 'tags'),
  ...underscored(idSet, 'types'),
  _subject: NXV('metadata/subject'),
};

const systemTypes: Terms = {
  ...terms(NXV, plain, 'Schema', 'Resolver', 'InProject', 'CrossProject', 'Resource', 'Project', 'Organization', 'Realm', 'Permissions'),
  ...terms(NXV, plain, 'AccessControlList', 'File', 'Archive', 'Storage', 'DiskStorage', 'RemoteDiskStorage', 'S3Storage', 'View'),
  ...terms(NXV, plain, 'ElasticSearchView', 'AggregateElasticSearchView', 'SparqlView', 'AggregateSparqlView', 'CompositeView'),
};

const shacl: Terms = {
  sh: SHACL.iri,
  rdf: RDF.iri,
  rdfs: RDFS.iri,
  owl: OWL.iri,
  xsd: XSD.iri,
  nxv: NXV.iri,
  // A schema's shapes belong to it; the property points from the shape to the schema.
  shapes: { '@reverse': RDFS('isDefinedBy'), '@type': '@id' },
  imports: idSet(OWL('imports')),
  ...terms(SHACL, id, 'targetClass', 'targetNode', 'targetObjectsOf', 'targetSubjectsOf', 'target'),
  ...terms(SHACL, id, 'property', 'node', 'not', 'path', 'inversePath', 'alternativePath'),
  ...terms(SHACL, id, 'zeroOrMorePath', 'oneOrMorePath', 'zeroOrOnePath', 'class', 'datatype', 'nodeKind', 'severity'),
  ...terms(SHACL, id, 'equals', 'disjoint', 'lessThan', 'lessThanOrEquals', 'qualifiedValueShape'),
  ...terms(SHACL, id, 'sparql', 'prefixes', 'declare', 'validator', 'nodeValidator', 'propertyValidator', 'parameter', 'group'),
  ...terms(SHACL, idList, 'and', 'or', 'xone', 'ignoredProperties'),
  ...terms(SHACL, list, 'in', 'languageIn'),
  ...terms(SHACL, plain, 'minCount', 'maxCount', 'minLength', 'maxLength', 'pattern', 'flags'),
  ...terms(SHACL, plain, 'minExclusive', 'minInclusive', 'maxExclusive', 'maxInclusive', 'uniqueLang', 'closed', 'deactivated'),
  ...terms(SHACL, plain, 'qualifiedMinCount', 'qualifiedMaxCount', 'qualifiedValueShapesDisjoint', 'hasValue', 'defaultValue'),
  ...terms(SHACL, plain, 'name', 'description', 'order', 'message', 'select', 'ask', 'prefix', 'optional', 'labelTemplate'),
  namespace: { '@id': SHACL('namespace'), '@type': XSD('anyURI') },
  ...terms(SHACL, plain, 'NodeShape', 'PropertyShape', 'Shape', 'ValidationReport', 'ValidationResult', 'SPARQLConstraint', 'SPARQLTarget'),
  ...terms(SHACL, plain, 'BlankNode', 'IRI', 'Literal', 'BlankNodeOrIRI', 'BlankNodeOrLiteral', 'IRIOrLiteral'),
  ...terms(SHACL, plain, 'Violation', 'Warning', 'Info', 'conforms', 'resultMessage'),
  ...terms(SHACL, id, 'result', 'detail', 'focusNode', 'resultPath', 'resultSeverity', 'sourceConstraint'),
  ...terms(SHACL, id, 'sourceConstraintComponent', 'sourceShape'),
  targetedNodes: NXV('targetedNodes'),
  isDefinedBy: id(RDFS('isDefinedBy')),
  label: RDFS('label'),
  comment: RDFS('comment'),
  seeAlso: id(RDFS('seeAlso')),
};

const vocab: Terms = { '@vocab': NXV.iri };

const search: Terms = {
  ...underscored(plain, 'total', 'maxScore', 'score'),
  ...underscored(id, 'next'),
  ...underscored(list, 'results'),
  paths: idList(NXV('paths')),
  prefLabel: SKOS('prefLabel'),
  name: SCHEMA_ORG('name'),
  label: RDFS('label'),
  description: SCHEMA_ORG('description'),
};

const identity: Terms = {
  ...terms(NXV, plain, 'User', 'Group', 'Authenticated', 'Anonymous', 'realm', 'subject', 'group'),
  identities: set(NXV('identities')),
};

const views: Terms = {
  ...vocab,
  mapping: { '@id': NXV('mapping'), '@type': '@json' },
  settings: { '@id': NXV('settings'), '@type': '@json' },
  resourceSchemas: idSet(NXV('resourceSchemas')),
  resourceTypes: idSet(NXV('resourceTypes')),
  views: set(NXV('views')),
  viewId: id(NXV('viewId')),
};

const apiMappings: Terms = { prefix: NXV('prefix'), namespace: id(NXV('namespace')) };

/** All of spec/resources.md 3.4, by name below `CTX`. */
const DEFINITIONS: Readonly<Record<string, Terms>> = {
  'metadata.json': metadata,
  'error.json': vocab,
  'search.json': search,
  'search-metadata.json': systemTypes,
  'tags.json': { ...vocab, tags: set(NXV('tags')) },
  'shacl-20170720.json': shacl,
  'schemas-metadata.json': terms(NXV, plain, 'Schema'),
  'resolvers.json': {
    ...vocab,
    resourceTypes: idSet(NXV('resourceTypes')),
    projects: list(NXV('projects')),
    identities: set(NXV('identities')),
    _resolverId: id(NXV('resolverId')),
  },
  'resolvers-metadata.json': { ...terms(NXV, plain, 'Resolver', 'InProject', 'CrossProject'), _resolverId: id(NXV('resolverId')) },
  'projects.json': {
    ...vocab,
    ...apiMappings,
    base: id(NXV('base')),
    vocab: id(NXV('vocab')),
    apiMappings: set(NXV('apiMappings')),
  },
  'projects-metadata.json': {
    ...terms(NXV, plain, 'Project'),
    ...underscored(plain, 'label', 'uuid', 'organizationLabel', 'organizationUuid', 'markedForDeletion', 'prefix'),
    ...underscored(id, 'namespace'),
    ...underscored(set, 'effectiveApiMappings'),
  },
  'organizations.json': { ...vocab, description: SCHEMA_ORG('description') },
  'organizations-metadata.json': { ...terms(NXV, plain, 'Organization'), ...underscored(plain, 'label', 'uuid') },
  'acls.json': { ...vocab, ...identity, acl: set(NXV('acl')), permissions: set(NXV('permissions')), identity: NXV('identity') },
  'acls-metadata.json': { ...terms(NXV, plain, 'AccessControlList'), ...underscored(plain, 'path') },
  'identities.json': { ...vocab, ...identity },
  'permissions.json': { ...vocab, permissions: set(NXV('permissions')) },
  'permissions-metadata.json': terms(NXV, plain, 'Permissions'),
  'realms.json': {
    ...vocab,
    name: SCHEMA_ORG('name'),
    logo: id(SCHEMA_ORG('logo')),
    openIdConfig: id(NXV('openIdConfig')),
    acceptedAudiences: set(NXV('acceptedAudiences')),
  },
  'realms-metadata.json': {
    ...terms(NXV, plain, 'Realm'),
    ...underscored(plain, 'label', 'issuer'),
    ...underscored(set, 'grantTypes'),
    ...underscored(id, 'authorizationEndpoint', 'tokenEndpoint', 'userInfoEndpoint', 'revocationEndpoint', 'endSessionEndpoint'),
  },
  'remote-contexts.json': { ...vocab, remoteContexts: set(NXV('remoteContexts')), iri: id(NXV('iri')) },
  'validation.json': { ...vocab, schema: id(NXV('schema')) },
  'aggregations.json': { ...vocab, aggregations: { '@id': NXV('aggregations'), '@type': '@json' } },
  'statistics.json': {
    ...vocab,
    lastEventDateTime: dateTime(NXV('lastEventDateTime')),
    lastProcessedEventDateTime: dateTime(NXV('lastProcessedEventDateTime')),
  },
  'version.json': {
    ...vocab,
    dependencies: { '@id': NXV('dependencies'), '@type': '@json' },
    plugins: { '@id': NXV('plugins'), '@type': '@json' },
  },
  'bulk-operation.json': { ...vocab, ...underscored(list, 'results') },
  'offset.json': { ...vocab, instant: dateTime(NXV('instant')) },
  'views.json': views,
  'views-metadata.json': {
    ...terms(NXV, plain, 'View', 'SparqlView', 'AggregateSparqlView', 'CompositeView'),
    ...underscored(plain, 'uuid'),
  },
  'elasticsearch.json': views,
  'elasticsearch-metadata.json': {
    ...terms(NXV, plain, 'View', 'ElasticSearchView', 'AggregateElasticSearchView'),
    ...underscored(plain, 'uuid', 'indexingRev'),
  },
  'sparql.json': views,
  'sparql-metadata.json': {
    ...terms(NXV, plain, 'View', 'SparqlView', 'AggregateSparqlView'),
    ...underscored(plain, 'uuid', 'indexingRev'),
  },
  'files.json': {
    ...terms(NXV, plain, 'File'),
    ...underscored(plain, 'bytes', 'filename', 'mediaType', 'origin', 'uuid', 'algorithm', 'value'),
    ...underscored(id, 'location', 'storage'),
    ...underscored(plain, 'digest'),
  },
  'storages.json': vocab,
  'storages-metadata.json': {
    ...terms(NXV, plain, 'Storage', 'DiskStorage', 'RemoteDiskStorage', 'S3Storage'),
    ...underscored(plain, 'algorithm'),
  },
  'archives.json': { ...vocab, resources: set(NXV('resources')), resourceId: id(NXV('resourceId')) },
  'archives-metadata.json': { ...terms(NXV, plain, 'Archive'), ...underscored(plain, 'expiresInSeconds') },
};

const DOCUMENTS: ReadonlyMap<string, JsonObject> = new Map(
  Object.entries(DEFINITIONS).map(([name, context]) => [CTX(name), { '@context': context, '@id': CTX(name) }]),
);

/**
 * The document of a built-in context: `{"@context": {...}, "@id": ...}`, the same object each time, not to be changed; `undefined` for
 * every other IRI (spec/resources.md 3.4).
 */
export function builtinContext(iri: string): JsonObject | undefined {
  return DOCUMENTS.get(iri);
}

/** All built-in contexts' IRIs, for those who serve them. */
export function builtinContextIris(): readonly Iri[] {
  return [...DOCUMENTS.keys()] as Iri[];
}
