export { annotatedSource } from './annotated-source.js';
export { CONTEXT } from './contexts.js';
export {
  ORGANIZATIONS_CONTEXTS,
  PROJECTS_CONTEXTS,
  fetchedOrganization,
  fetchedProject,
  listedOrganization,
  listedProject,
  writtenOrganization,
  writtenProject,
} from './directory.js';
export {
  LINKS_CONTEXTS,
  LISTING_CONTEXTS,
  expandedEntity,
  expandedMetadataMembers,
  fetchedEntity,
  foundLink,
  listedEntity,
  metadataMembers,
  resultsPage,
  tagsOf,
  writtenEntity,
} from './entities.js';
export {
  STATUS,
  errorBody,
  malformedContent,
  malformedHeader,
  malformedParameter,
  missingParameter,
  rejection,
  type RejectionCode,
  type RequestRejectionCode,
} from './errors.js';
export { renderedEvent, renderedFault } from './events.js';
export { Urls } from './urls.js';
