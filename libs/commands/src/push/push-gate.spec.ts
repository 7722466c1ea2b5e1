import { HeadwaterConfig } from '@headwater/platform';
import { PushGate } from './push-gate.js';

const config = HeadwaterConfig.read({ HEADWATER_PUSH_MAX_BYTES: '1024' });

describe('Pushes at one time', () => {
  it('are as many as fit into two of the largest, and others again once these are done', async () => {
    const gate = new PushGate(config);
    const done = Promise.withResolvers<string>();
    const running = Array.from({ length: 2 }, () => gate.within(1024, () => done.promise));
    await expect(gate.within(1, () => Promise.resolve('x'))).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    done.resolve('done');
    expect(await Promise.all(running)).toHaveLength(2);
    expect(await gate.within(1024, () => Promise.resolve('x'))).toBe('x');
  });

  it('give their room back where they fail', async () => {
    const gate = new PushGate(config);
    for (let count = 0; count < 10; count += 1) {
      await expect(gate.within(1024, () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
    }
    expect(await gate.within(2048, () => Promise.resolve('x'))).toBe('x');
  });
});
