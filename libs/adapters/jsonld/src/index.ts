export { DEFAULT_READER_LIMITS, JsonLdDocumentReader } from './jsonld-document-reader.js';
export type { ReaderLimits } from './jsonld-document-reader.js';
export { rdfWriter } from './rdf-writer.js';
