import { describe, expect, it } from '@jest/globals';
import { AnswerLost, Faults } from './faults.js';

describe('A call, on command,', () => {
  const counted = (): { readonly faults: Faults<'call' | 'other'>; readonly call: () => Promise<number>; readonly calls: () => number } => {
    const faults = new Faults<'call' | 'other'>();
    let calls = 0;
    return {
      faults,
      call: () =>
        faults.around(
          'call',
          () => (calls += 1),
          () => new Error('refused'),
        ),
      calls: () => calls,
    };
  };

  it('is carried out, its answer lost', async () => {
    const { faults, call, calls } = counted();
    faults.loseAnswer('call');
    await expect(call()).rejects.toThrow(AnswerLost);
    expect([calls(), await call()]).toEqual([1, 2]);
  });

  it('is refused', async () => {
    const { faults, call, calls } = counted();
    faults.refuse('call');
    await expect(call()).rejects.toThrow('refused');
    expect(calls()).toBe(0);
  });

  it('is carried out twice', async () => {
    const { faults, call } = counted();
    faults.repeat('call');
    expect(await call()).toBe(2);
  });

  it('stops before anything is carried out, and goes on when others have gone before it', async () => {
    const { faults, call, calls } = counted();
    const pause = faults.pause('call');
    const paused = call();
    await pause.reached;
    expect(calls()).toBe(0);
    expect(await call()).toBe(1);
    pause.resume();
    expect(await paused).toBe(2);
  });

  it('is carried out later than others that were made later', async () => {
    const { faults, call } = counted();
    faults.delay('call', 5);
    expect(await Promise.all([call(), call(), call()])).toEqual([3, 1, 2]);
  });

  it('meets one fault, in the order commanded, and others none', async () => {
    const { faults, call } = counted();
    faults.refuse('other');
    faults.refuse('call');
    faults.loseAnswer('call');
    await expect(call()).rejects.toThrow('refused');
    await expect(call()).rejects.toThrow(AnswerLost);
    expect(await call()).toBe(2);
    faults.refuse('call');
    faults.clear();
    expect(await call()).toBe(3);
  });
});
