import { describe, expect, it } from '@jest/globals';
import { Rounds, type RoundsBounds } from './rounds.js';

const fixed = (milliseconds: number): RoundsBounds => ({ least: milliseconds, most: milliseconds });

describe('Rounds of a relay', () => {
  it('begin at once after a rest, and later for all who wait at the same time', async () => {
    const began = performance.now();
    await new Rounds(fixed(30_000)).next();
    expect(performance.now() - began).toBeLessThan(10_000);
    const rounds = new Rounds(fixed(20));
    await rounds.next();
    const begun: number[] = [];
    const waiting = [1, 2, 3].map((n) => rounds.next().then(() => begun.push(n)));
    expect(begun).toEqual([]);
    await waiting[0];
    await Promise.resolve();
    expect(begun).toEqual([1, 2, 3]);
  });

  it('are no nearer to each other than they are told', async () => {
    const rounds = new Rounds(fixed(30));
    const before = performance.now();
    for (let i = 0; i < 4; i += 1) await rounds.next();
    // A timer of Node may be a millisecond early.
    expect(performance.now() - before).toBeGreaterThanOrEqual(3 * 29);
  });

  it('are twice as far from each other as the last one took, within bounds', async () => {
    const rounds = new Rounds({ least: 5, most: 90 });
    /** From before one round to the next one, which is no less than from one to the next. A timer of Node may be a millisecond early. */
    const between = async (...took: readonly number[]): Promise<number> => {
      const before = performance.now();
      await rounds.next();
      for (const milliseconds of took) rounds.took(milliseconds);
      await rounds.next();
      return performance.now() - before;
    };
    expect(await between(30, 10)).toBeGreaterThanOrEqual(59);
    const most = await between(10_000);
    expect(most).toBeGreaterThanOrEqual(89);
    expect(most).toBeLessThan(10_000);
    expect(await between()).toBeGreaterThanOrEqual(4);
  });
});
