import { UsageError, partitionsIn } from './arguments.mjs';

describe('The arguments of npm run topics', () => {
  it('may name the partitions', () => {
    expect(partitionsIn([])).toBeUndefined();
    expect(partitionsIn(['--partitions', '12'])).toBe(12);
    expect(partitionsIn(['--partitions=1'])).toBe(1);
  });

  it.each([[['--partitions']], [['--partitions', '0']], [['--partitions', '-1']], [['--partitions', '1e3']], [['--partitions', '10001']]])(
    'refuse %j',
    (args) => {
      expect(() => partitionsIn(args)).toThrow(UsageError);
    },
  );

  it.each([[['--partition', '3']], [['3']]])('refuse %j, which is something else', (args) => {
    expect(() => partitionsIn(args)).toThrow(UsageError);
  });
});
