import { beforeEach, describe, expect, it } from '@jest/globals';
import { baseAt, partition, revision, type Commit, type StreamName } from '@headwater/event-sourcing';
import { newStream, storedEvent } from '@headwater/event-sourcing/testing';
import { FreshCommits } from './fresh-commits.js';

describe('Commits that were just appended', () => {
  let fresh: FreshCommits;

  beforeEach(() => {
    fresh = new FreshCommits({ commits: 3, characters: 10_000 });
  });

  const commit = (stream = newStream(), base = 0): Commit => ({
    stream,
    base: baseAt(revision(base)),
    partition: partition(0),
    events: [storedEvent(1)],
    after: '{}',
  });
  const streams = (commits: readonly Commit[]): readonly StreamName[] => commits.map(({ stream }) => stream);

  it('are kept until they are taken, in order', () => {
    const commits = [commit(), commit()];
    expect(commits.map((one) => fresh.offer(one))).toEqual([true, true]);
    expect(fresh.isEmpty).toBe(false);
    expect(fresh.take()).toEqual(commits);
    expect([fresh.take(), fresh.isEmpty]).toEqual([[], true]);
  });

  it('are not kept where something may have to be published before them', () => {
    expect(fresh.offer(commit(newStream(), 1))).toBe(false);
    expect(fresh.isEmpty).toBe(true);
  });

  it('are bounded in number and size, and there is room again once they are taken', () => {
    expect([1, 2, 3, 4].map(() => fresh.offer(commit()))).toEqual([true, true, true, false]);
    expect(fresh.take()).toHaveLength(3);
    const large: Commit = { ...commit(), events: [{ ...storedEvent(1), head: 'x'.repeat(6000) }] };
    expect([fresh.offer(large), fresh.offer(large), fresh.offer(commit())]).toEqual([true, false, true]);
  });

  it('are not published once more where a search found them, before they are offered or after', () => {
    const [before, after, other] = [commit(), commit(), commit()];
    fresh.offer(before);
    fresh.offer(other);
    fresh.found([before, after, commit(other.stream, 1)]);
    expect(streams(fresh.take())).toEqual([other.stream]);
    expect(fresh.offer(after)).toBe(true);
    expect(fresh.isEmpty).toBe(true);
  });
});
