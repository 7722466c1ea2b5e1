export { ProcessingModule } from './processing.module.js';
export { Projector } from './projector/projector.js';
export type { ProjectorObserver, ProjectorOptions, ProjectorState, StepRunner } from './projector/projector-options.js';
export { ProjectorStatus } from './projector/projector-status.js';
export { AnnouncingEventStore } from './relay/announcing-event-store.js';
export { OutboxRelay } from './relay/outbox-relay.js';
export { RelayMonitor } from './relay/relay-monitor.js';
export type { RelayObserver, RelayOptions, RelayState } from './relay/relay-options.js';
export { PROJECTIONS_STATUS, type ProjectionStanding, type ProjectionsState, type ProjectionsStatus } from './projections-status.js';
