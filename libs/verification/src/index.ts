export { compareLines, type ComparedLines, type Lines } from './compare-lines.js';
export { Problems, type Findings } from './problems.js';
export { canonical, rowLine } from './row-line.js';
export { StreamFold } from './stream-fold.js';
export {
  verifyService,
  type ComparableProjections,
  type ServiceParts,
  type VerificationReport,
  type VerifiedProjection,
} from './verify-service.js';
