import { toDot, toNQuads, toNTriples } from '@headwater/jsonld';
import type { RdfWriter } from '@headwater/linked-data';

/** The forms of a document that only a JSON-LD library can write. */
export const rdfWriter: RdfWriter = { nQuads: toNQuads, nTriples: toNTriples, dot: toDot };
