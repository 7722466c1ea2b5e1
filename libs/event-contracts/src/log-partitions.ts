import { partition, partitionOf, type Partition, type StreamName } from '@headwater/event-sourcing';
import { isEntityStream } from './streams.js';

/** The two topics of the log: entities, and everything that entities are kept under. Both have the same number of partitions. */
export type Topic = 'entity' | 'directory';

export const TOPICS: readonly Topic[] = ['entity', 'directory'];

/** A partition of one topic, as Kafka numbers it. */
export interface TopicPartition {
  readonly topic: Topic;
  readonly index: number;
}

export const topicOf = (stream: StreamName): Topic => (isEntityStream(stream) ? 'entity' : 'directory');

/** The log's number of a topic's partition: even numbers are the entity topic's, so that numbers stay what they are when partitions are added. */
export const logPartition = ({ topic, index }: TopicPartition): Partition => partition(2 * index + (topic === 'entity' ? 0 : 1));

/** The topic and the partition of it that a partition of the log stands for. */
export const topicPartition = (of: Partition): TopicPartition => ({
  topic: of % 2 === 0 ? 'entity' : 'directory',
  index: Math.floor(of / 2),
});

/** The partition of the log that a new stream is given, where each topic has so many. */
export const logPartitionFor = (stream: StreamName, perTopic: number): Partition =>
  logPartition({ topic: topicOf(stream), index: partitionOf(stream, perTopic) });

/** All partitions of the log, where each topic has so many. */
export const logPartitions = (perTopic: number): readonly Partition[] =>
  Array.from({ length: 2 * perTopic }, (_, index) => partition(index));
