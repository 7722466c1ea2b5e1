export { isJsonArray, isJsonObject, member } from './json-value.js';
export type { JsonObject, JsonValue } from './json-value.js';
export {
  effectiveMappings,
  encodeSegment,
  expandSegment,
  expandTypeFilter,
  InvalidSegment,
  isIri,
  isPrefixNamespace,
  parseIri,
  parseSchemaRef,
} from './iri.js';
export type { ApiMapping, Iri, Mappings, SchemaRef } from './iri.js';
export { CONTEXTS, CTX, METADATA_LINKS, NXV, OWL, RDF, RDFS, SCH, SCHEMA_ORG, SCHEMAS, SHACL, SKOS, XSD } from './vocabulary.js';
export type { Namespace } from './vocabulary.js';
export type { ContextLoader, LoadedContext } from './context-loader.js';
export { InvalidDocument } from './document.js';
export type { Document, DocumentReader, DocumentRequest, FormatCause, InvalidDocumentReason, Link, UsedContext } from './document.js';
export { isReservedId, isReservedType, mustNotBeReserved } from './reserved.js';
export { DEFAULT_MAX_DEPTH, MalformedJson, normalDecimal, parseJsonSource, readJsonSource } from './json-source.js';
export type { JsonLimits, JsonSource, MalformedJsonCode, NumberToken } from './json-source.js';
export { arrayElements, MalformedContainer, objectMembers } from './json-scanner.js';
export type { ElementSlice, MalformedContainerCode, MemberSlice } from './json-scanner.js';
export { builtinContext, builtinContextIris } from './builtin-contexts.js';
export { canonicalHash, canonicalJson } from './canonical-json.js';
export type { CanonicalOptions } from './canonical-json.js';
export { linksOf } from './links.js';
export type { RdfWriter } from './rdf-writer.js';
