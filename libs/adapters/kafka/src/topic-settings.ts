import type { ITopicConfig } from 'kafkajs';

/** How the topics of a log are made. */
export interface TopicSettings {
  /** Of each of the two topics. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInSyncReplicas: number;
  readonly maxMessageBytes: number;
  /** -1, the default: for ever. Readers that begin anew need all of it; a trimmed log ends with a re-log. */
  readonly retentionMilliseconds: number;
}

export const DEFAULT_TOPIC_SETTINGS: Omit<TopicSettings, 'partitions'> = {
  replicationFactor: 1,
  minInSyncReplicas: 1,
  // Kafka's own default, said so that a broker with another one changes nothing.
  maxMessageBytes: 1_048_588,
  retentionMilliseconds: -1,
};

/** Kafka's names of the settings that we make and examine. */
export const SETTINGS = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'max.message.bytes', 'min.insync.replicas'] as const;

export type SettingName = (typeof SETTINGS)[number];

/** A topic as Kafka is asked to make it. */
export function configOf(topic: string, settings: TopicSettings): ITopicConfig {
  const entries: Readonly<Record<SettingName, number | string>> = {
    'cleanup.policy': 'delete',
    'retention.ms': settings.retentionMilliseconds,
    'retention.bytes': -1,
    'max.message.bytes': settings.maxMessageBytes,
    'min.insync.replicas': settings.minInSyncReplicas,
  };
  return {
    topic,
    numPartitions: settings.partitions,
    replicationFactor: settings.replicationFactor,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value: String(value) })),
  };
}
