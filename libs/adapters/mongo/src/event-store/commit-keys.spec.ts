import { describe, expect, it } from '@jest/globals';
import { baseAt, revision, streamName, type CommitKey } from '@headwater/event-sourcing';
import { conditionsOf } from './commit-keys.js';

const key = (stream: string, base: number): CommitKey => ({ stream: streamName(stream), base: baseAt(revision(base)) });

describe('Keys of commits', () => {
  it('of many streams are one condition for each base', () => {
    expect(conditionsOf([key('a', 0), key('b', 0), key('c', 1)])).toEqual([
      { base: 0, stream: { $in: ['a', 'b'] } },
      { base: 1, stream: { $in: ['c'] } },
    ]);
  });

  it('of one history are one condition', () => {
    expect(conditionsOf([key('a', 0), key('a', 1), key('a', 2)])).toEqual([{ stream: 'a', base: { $in: [0, 1, 2] } }]);
  });

  it('are no condition where there are none', () => {
    expect(conditionsOf([])).toEqual([]);
  });
});
