import { TOPICS, topicPartition, type Topic } from '@headwater/event-contracts';
import type { Epoch, Partition } from '@headwater/event-sourcing';

/** The version of what the topics hold and of how streams are spread over their partitions. */
const VERSION = 'v1';

export const DEFAULT_TOPIC_PREFIX = 'headwater';

/** The two topics of one life of the log, as Kafka names them. */
export type TopicNames = Readonly<Record<Topic, string>>;

/** `{prefix}.{epoch}.{entity|directory}.v1` */
export const topicNames = (prefix: string, epoch: Epoch): TopicNames => ({
  entity: `${prefix}.${epoch}.entity.${VERSION}`,
  directory: `${prefix}.${epoch}.directory.${VERSION}`,
});

export const namesIn = (names: TopicNames): readonly string[] => TOPICS.map((topic) => names[topic]);

/** Where a partition of the log is in Kafka. */
export interface KafkaPartition {
  readonly topic: string;
  readonly index: number;
}

export function kafkaPartition(names: TopicNames, partition: Partition): KafkaPartition {
  const { topic, index } = topicPartition(partition);
  return { topic: names[topic], index };
}
