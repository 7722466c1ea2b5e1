import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '@headwater/event-contracts';
import { epoch, partition } from '@headwater/event-sourcing';
import { kafkaPartition, topicNames } from './topic-names.js';

describe('The names of topics', () => {
  const names = topicNames('headwater', epoch('0123456789abcdef'));

  it('are those that are published', () => {
    const published = JSON.parse(readFileSync(new URL('../../../../docs/events/asyncapi.json', import.meta.url), 'utf8')) as {
      readonly channels: Readonly<Record<string, { readonly address: string }>>;
    };
    for (const topic of TOPICS) {
      const address = published.channels[topic]?.address;
      expect(address?.replace('{prefix}', 'headwater').replace('{epoch}', '0123456789abcdef')).toBe(names[topic]);
    }
  });

  it('tell where a partition of the log is', () => {
    expect(kafkaPartition(names, partition(6))).toEqual({ topic: 'headwater.0123456789abcdef.entity.v1', index: 3 });
    expect(kafkaPartition(names, partition(7))).toEqual({ topic: 'headwater.0123456789abcdef.directory.v1', index: 3 });
  });
});
