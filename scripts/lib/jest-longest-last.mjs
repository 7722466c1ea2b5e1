import sequencer from '@jest/test-sequencer';

/** Suites of a dozen processes and several minutes: begun when nothing else needs the processors. */
const LONGEST = ['apps/e2e/dist/distributed/kill.e2e.spec.js'];

const isLong = ({ path }) => LONGEST.some((suite) => path.endsWith(suite));

export default class LongestLast extends sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return [...sorted.filter((test) => !isLong(test)), ...sorted.filter(isLong)];
  }
}
