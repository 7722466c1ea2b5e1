import type { RdfWriter } from '@headwater/linked-data';
import { toDot } from './dot.js';
import { toNQuads, toNTriples } from './rdf.js';

/** The forms of a document that only a JSON-LD library can write. */
export const rdfWriter: RdfWriter = { nQuads: toNQuads, nTriples: toNTriples, dot: toDot };
