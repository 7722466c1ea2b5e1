export type { OrganizationEvent, ProjectEvent, ProjectSettings } from './directory-events.js';
export type {
  EntityEvent,
  EntityIdentity,
  Pushed,
  PushedIdentity,
  ResolverEvent,
  ResourceContent,
  ResourceEvent,
  SchemaRef,
} from './entity-events.js';
export { entityCodec, envelopeOf, eventCodec, organizationCodec, projectCodec } from './event-codec.js';
export { MalformedMessage, fromMessage, toMessage } from './event-message.js';
export {
  TOPICS,
  logPartition,
  logPartitionFor,
  logPartitions,
  topicOf,
  topicPartition,
  type Topic,
  type TopicPartition,
} from './log-partitions.js';
export { STREAM_NAMES_PER_MESSAGE, cloudEventId, messageHeaders, schemaId, type MessageHeaders } from './message-headers.js';
export type { HeadwaterEvent, HeadwaterEventType } from './headwater-events.js';
export {
  entityStream,
  isEntityStream,
  isOrganizationStream,
  isProjectStream,
  organizationStream,
  projectName,
  projectStream,
  type ProjectRef,
} from './streams.js';
