export {
  BEFORE_FIRST,
  NO_REVISION,
  baseAt,
  commandId,
  epoch,
  eventId,
  offset,
  partition,
  projectionName,
  pushId,
  revision,
  streamName,
  type Base,
  type Brand,
  type CommandId,
  type Epoch,
  type EventId,
  type Offset,
  type Partition,
  type ProjectionName,
  type PushId,
  type Revision,
  type StreamName,
} from './brand.js';
export { jsonStates, type Decider, type StateCodec, type StreamKind } from './decider.js';
export {
  ANONYMOUS,
  NothingBefore,
  UnknownEvent,
  sameActor,
  type Actor,
  type Commit,
  type Content,
  type DomainEvent,
  type EventCodec,
  type EventMetadata,
  type LogEntry,
  type Recorded,
  type StoredEvent,
} from './event.js';
export { LogTrimmed } from './event-log.js';
export type { EventLog, GroupMember, LogPublisher, LogRecord, LogTail, ReadLimit } from './event-log.js';
export {
  OutcomeUnknown,
  RevisionConflict,
  StoreOverloaded,
  StoreUnavailable,
  type AppendOutcome,
  type AppendTogetherOutcome,
  type CommitKey,
  type CommitPage,
  type EventStore,
  type NewestCommit,
  type Receipt,
  type TokenKey,
} from './event-store.js';
export {
  appendTogether,
  decide,
  fold,
  handleCommand,
  loadState,
  newEventId,
  recordedIn,
  type Cause,
  type Decided,
  type Handled,
  type HandleOptions,
  type Loaded,
} from './handle-command.js';
export type { Lease, LoggedKey, Outbox, OutboxOverview } from './outbox.js';
export { PARTITION_HASH, partitionOf } from './partition.js';
export {
  markOf,
  movedTo,
  offsetIn,
  openFeedPosition,
  openWritePosition,
  sealFeedPosition,
  sealWritePosition,
  startOf,
  type FeedPosition,
  type PartitionPosition,
  type WritePosition,
} from './position.js';
export { count, projectBatch, touched, type Known } from './project-batch.js';
export { Fork, Gap, place, type Applied, type HistoryScope, type ProjectedEvent, type Projection, type Row } from './projection.js';
export { ProjectionNewer, ProjectionRunner, type RunnerOptions } from './projection-runner.js';
export {
  CopyDropped,
  RowPresent,
  StreamUnparked,
  WatermarkMoved,
  type HistoryRecord,
  type ParkedEvent,
  type ParkedStream,
  type Progress,
  type ProjectionBatch,
  type ProjectionCopies,
  type ProjectionCopy,
  type ProjectionProgress,
  type ProjectionStore,
} from './projection-store.js';
export { Rejection, incorrectRev } from './rejection.js';
export { StoreBehindLog, charactersOf, publishCommits, reconcile, recordsOf, relayPartition, type RelayBounds } from './relay.js';
export { SealedTokens, TokenRefused, type TokenFault } from './sealed-token.js';
