import type { Iri } from '@headwater/linked-data';

const SCHEMAS = 'https://bluebrain.github.io/nexus/schemas/';

/** The schema of a resource that nothing constrains. */
export const UNCONSTRAINED = `${SCHEMAS}unconstrained.json` as Iri;
export const RESOLVERS_SCHEMA = `${SCHEMAS}resolvers.json` as Iri;
