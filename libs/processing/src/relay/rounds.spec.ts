import { describe, expect, it } from '@jest/globals';
import { Rounds } from './rounds.js';

describe('Rounds of a relay', () => {
  it('begin at once after a rest, and later for all who wait at the same time', async () => {
    const began = performance.now();
    await new Rounds(30_000).next();
    expect(performance.now() - began).toBeLessThan(10_000);
    const rounds = new Rounds(20);
    await rounds.next();
    const begun: number[] = [];
    const waiting = [1, 2, 3].map((n) => rounds.next().then(() => begun.push(n)));
    expect(begun).toEqual([]);
    await waiting[0];
    await Promise.resolve();
    expect(begun).toEqual([1, 2, 3]);
  });

  it('are no nearer to each other than they are told', async () => {
    const rounds = new Rounds(30);
    const times: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      await rounds.next();
      times.push(performance.now());
    }
    // A timer of Node may be a millisecond early.
    expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(3 * 29);
  });
});
