export { DirectoryLookup, mustBeWritable, type Located } from './directory-lookup.js';
export {
  organizationIsDeprecated,
  organizationKind,
  organizationNotFound,
  type Organization,
  type OrganizationCommand,
  type OrganizationRejectionCode,
  type OrganizationState,
} from './organization.js';
export {
  projectIsDeprecated,
  projectKind,
  projectNotFound,
  type Project,
  type ProjectCommand,
  type ProjectRejectionCode,
  type ProjectState,
} from './project.js';
