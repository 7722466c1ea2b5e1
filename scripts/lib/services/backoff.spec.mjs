import { Backoff } from './backoff.mjs';

describe('The wait before another start', () => {
  const short = { first: 100, most: 500, well: 1000 };

  it('doubles up to a bound', () => {
    const backoff = new Backoff(short);
    expect([0, 0, 0, 0, 999].map((ran) => backoff.after(ran))).toEqual([100, 200, 400, 500, 500]);
  });

  it('begins anew once it ran well for a while', () => {
    const backoff = new Backoff(short);
    expect([0, 0, 1000, 0].map((ran) => backoff.after(ran))).toEqual([100, 200, 100, 200]);
  });
});
