export { Chaos, chaosScript, type ChaosRunner, type ChaosStep, type ChaosSubject } from './chaos.js';
export { CounterService, digestOf } from './counter-service.js';
export { added, causeAt, counterCodec, counterEntry, counterKind, places, totals, type CounterEvent } from './counter.js';
export { recordedAt, specificationOf, stateAfter, type Given, type GivenEvents, type WhenDecided } from './decider-spec.js';
export { AnswerLost, Faults, type Pause } from '../in-memory/faults.js';
export { InMemoryEventLog, type EventLogSnapshot } from '../in-memory/in-memory-event-log.js';
export { InMemoryGroup, InMemoryGroupMember } from '../in-memory/in-memory-group.js';
export { InMemoryEventStore, type EventStoreSnapshot, type InMemoryEventStoreOptions } from '../in-memory/in-memory-event-store.js';
export { InMemoryProjectionStore, ServedCopy, type ProjectionStoreSnapshot } from '../in-memory/in-memory-projection-store.js';
export {
  eventLogContract,
  logPublisherContract,
  logTailContract,
  type EventLogSubject,
  type LogPublisherSubject,
  type LogTailSubject,
} from './event-log.contract.js';
export { eventStoreContract, type EventStoreSubject } from './event-store.contract.js';
export { outboxContract, outboxOverviewContract, type OutboxOverviewSubject, type OutboxSubject } from './outbox.contract.js';
export {
  PLAIN_PROJECTIONS,
  projectionStoreContract,
  type ProjectionStoreSubject,
  type StoredProjection,
} from './projection-store.contract.js';
export { withSubject, type Closable } from './subject.js';
export { AWKWARD_CONTENT, commitTo, newStream, newStreamIn, storedEvent, type CommitShape } from './test-commits.js';
