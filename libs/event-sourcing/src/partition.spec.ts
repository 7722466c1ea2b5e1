import { describe, expect, it } from '@jest/globals';
import { streamName } from './brand.js';
import { PARTITION_HASH, partitionOf } from './partition.js';

const COUNTS = [1, 2, 3, 12, 64, 1000];

describe('The partition of a new stream', () => {
  it('is chosen by an algorithm with a name', () => expect(PARTITION_HASH).toBe('fnv1a32-fmix32'));

  // Computed by another program from the description. A change here would put streams that exist into other partitions.
  it.each<[string, readonly number[]]>([
    ['org/farm', [0, 0, 1, 10, 38, 614]],
    ['project/farm/herd', [0, 1, 1, 1, 29, 957]],
    ['entity/farm/herd/https://data.example.org/herd/bella', [0, 1, 1, 7, 3, 435]],
    ['entity/o/p/https://example.org/é', [0, 0, 2, 2, 22, 158]],
    ['entity/o/p/urn:🐄', [0, 0, 2, 8, 32, 280]],
    ['realm/github', [0, 0, 2, 2, 26, 722]],
    ['acl', [0, 1, 1, 7, 35, 851]],
  ])('of %s never changes', (stream, partitions) =>
    expect(COUNTS.map((count) => partitionOf(streamName(stream), count))).toEqual(partitions),
  );

  it.each([2, 3, 12, 64])('is spread evenly over %d', (count) => {
    const streams = 6_400;
    const sizes = new Map<number, number>();
    for (let index = 0; index < streams; index += 1) {
      const of = partitionOf(streamName(`entity/org/project/https://example.org/${String(index)}`), count);
      sizes.set(of, (sizes.get(of) ?? 0) + 1);
    }
    expect(sizes.size).toBe(count);
    const even = streams / count;
    // Five standard deviations of an even spread.
    for (const size of sizes.values()) expect(Math.abs(size - even)).toBeLessThan(5 * Math.sqrt(even));
  });
});
