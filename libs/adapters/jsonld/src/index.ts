export { DEFAULT_READER_LIMITS, JsonLdDocumentReader } from './jsonld-document-reader.js';
export type { ReaderLimits } from './jsonld-document-reader.js';
export { toNQuads, toNTriples } from './rdf.js';
export { toDot } from './dot.js';
