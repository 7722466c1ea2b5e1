export { ABSENT, entityStates, type Entity, type EntityState, type ResolverState, type ResourceState, type Tag } from './entity-state.js';
export {
  resourceAlreadyExists,
  resourceIsDeprecated,
  resourceIsNotDeprecated,
  resourceNotFound,
  revisionNotFound,
  tagNotFound,
  type ResourceRejectionCode,
} from './rejection.js';
export type { ReadContent, ResourceCommand, Target } from './resource-commands.js';
export { entityKind, resourceDecider, sameButForModified } from './resource.decider.js';
export { RESOLVERS_SCHEMA, UNCONSTRAINED } from './schemas.js';
