export { ProcessingModule } from './processing.module.js';
export { PROJECTIONS_STATUS, type ProjectionStanding, type ProjectionsState, type ProjectionsStatus } from './projections-status.js';
