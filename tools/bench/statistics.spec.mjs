import { median, percentile, summary } from './statistics.mjs';

describe('Statistics', () => {
  it('takes the middle, whatever the order', () => expect(median([9, 1, 5])).toBe(5));
  it('takes the lower of two middles', () => expect(median([4, 1, 2, 3])).toBe(2));

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0.001, 1],
  ])('takes percentiles by nearest rank: %d', (share, value) => {
    expect(
      percentile(
        Array.from({ length: 100 }, (_, i) => i + 1),
        share,
      ),
    ).toBe(value);
  });

  it('gives medians over rounds, each figure its own', () => {
    const round = (operations, cpuMicros, latency) => ({ operations, seconds: 2, cpuMicros, latencies: [latency] });
    expect(summary([round(100, 1000, 3), round(300, 1500, 1), round(200, 4000, 2)])).toEqual({ rate: 100, p50: 2, p99: 2, cpu: 10 });
  });
});
