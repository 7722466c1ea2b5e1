export type { KafkaLogEvent, KafkaLogLevel, KafkaObserver } from './client-log.js';
export { ForeignEntry, KafkaRefused, KafkaUnavailable, PartitionUnknown, RecordTooLarge } from './errors.js';
export { DEFAULT_GROUP_TIMES, KafkaGroup, groupId, type KafkaGroupOptions, type KafkaGroupTimes } from './kafka-group.js';
export type { KafkaConnection } from './kafka-connection.js';
export { DEFAULT_LOG_BOUNDS, DEFAULT_SOURCE, KafkaEventLog, type KafkaEventLogOptions, type KafkaLogBounds } from './kafka-event-log.js';
export {
  DEFAULT_TOPIC_SETTINGS,
  ENVELOPE_BYTES,
  KafkaTopics,
  TopicsUnfit,
  type KafkaTopicsOptions,
  type PreparedTopic,
  type TopicDemands,
  type TopicSettings,
} from './kafka-topics.js';
export type { Compression } from './log-writer.js';
export { DEFAULT_TOPIC_PREFIX, topicNames, type TopicNames } from './topic-names.js';
