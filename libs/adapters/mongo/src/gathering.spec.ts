import { describe, expect, it } from '@jest/globals';
import { Gathering, type GatheringBounds } from './gathering.js';

const ALL: GatheringBounds<number> = { underWay: 1, size: Infinity, sizeOf: () => 1 };

/** Doubles numbers, and remembers which were asked together; a question is answered once it is let go. */
function doubling(bounds = ALL) {
  const groups: (readonly number[])[] = [];
  const waiting: (() => void)[] = [];
  const gathering = new Gathering<number, number>(async (asked) => {
    groups.push(asked);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return asked.map((n) => 2 * n);
  }, bounds);
  const letGo = async (): Promise<void> => {
    waiting.shift()?.();
    await turn();
    await turn();
  };
  return { groups, gathering, letGo };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Questions that are gathered', () => {
  it('are one question where they are asked in one turn, and each has its own answer', async () => {
    const { groups, gathering, letGo } = doubling();
    const answers = [1, 2, 3].map((n) => gathering.ask(n));
    await turn();
    await letGo();
    expect(await Promise.all(answers)).toEqual([2, 4, 6]);
    expect(groups).toEqual([[1, 2, 3]]);
  });

  it('wait while as many are under way as may be, and go together into the next', async () => {
    const { groups, gathering, letGo } = doubling({ ...ALL, underWay: 2 });
    const answers = [];
    for (const n of [1, 2, 3, 4]) {
      answers.push(gathering.ask(n));
      await turn();
    }
    expect(groups).toEqual([[1], [2]]);
    await letGo();
    expect(groups).toEqual([[1], [2], [3, 4]]);
    await letGo();
    await letGo();
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8]);
  });

  it('are within the bound, or one that is beyond it by itself', async () => {
    const { groups, gathering, letGo } = doubling({ underWay: 1, size: 5, sizeOf: (n) => n });
    const answers = [2, 3, 9, 1, 1].map((n) => gathering.ask(n));
    await turn();
    for (let i = 0; i < 3; i += 1) await letGo();
    expect(groups).toEqual([[2, 3], [9], [1, 1]]);
    expect(await Promise.all(answers)).toEqual([4, 6, 18, 2, 2]);
  });

  it('fail together where the question fails, and the next are asked all the same', async () => {
    let fails = true;
    const gathering = new Gathering<number, number>(async (asked) => {
      if (fails) throw new Error('away');
      return asked;
    }, ALL);
    const failed = await Promise.allSettled([gathering.ask(1), gathering.ask(2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await gathering.ask(3)).toBe(3);
  });

  it('fail alone where only one answer does', async () => {
    const gathering = new Gathering<number, number>(
      async (asked) => asked.map((n) => (n === 2 ? Promise.reject(new Error('no two')) : Promise.resolve(n))),
      ALL,
    );
    const [one, two, three] = await Promise.allSettled([1, 2, 3].map((n) => gathering.ask(n)));
    expect([one, three]).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'fulfilled', value: 3 },
    ]);
    expect(two).toMatchObject({ status: 'rejected', reason: { message: 'no two' } });
  });
});
