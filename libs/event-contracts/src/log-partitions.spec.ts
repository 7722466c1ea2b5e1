import { describe, expect, it } from '@jest/globals';
import { partition, streamName } from '@headwater/event-sourcing';
import { logPartition, logPartitionFor, logPartitions, topicPartition } from './log-partitions.js';

describe('Partitions of the log', () => {
  it('stand for one partition of one topic each', () => {
    expect(logPartitions(3).map(topicPartition)).toEqual([
      { topic: 'entity', index: 0 },
      { topic: 'directory', index: 0 },
      { topic: 'entity', index: 1 },
      { topic: 'directory', index: 1 },
      { topic: 'entity', index: 2 },
      { topic: 'directory', index: 2 },
    ]);
    for (const of of logPartitions(7)) expect(logPartition(topicPartition(of))).toBe(of);
  });

  it('keep their numbers when partitions are added', () => {
    expect(logPartitions(5).slice(0, 6)).toEqual(logPartitions(3));
  });

  it('are given to streams by kind and by hash: stored for ever, so these never change', () => {
    const given = ['entity/o/p/https://e.com/1', 'entity/o/p/https://e.com/2', 'project/o/p', 'org/o'].map((name) =>
      logPartitionFor(streamName(name), 6),
    );
    expect(given).toEqual([4, 6, 5, 1].map(partition));
  });
});
