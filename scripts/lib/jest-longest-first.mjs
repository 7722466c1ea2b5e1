import sequencer from '@jest/test-sequencer';

/** The suites that take minutes: begun first, so that the others run beside them and not before them. */
const LONGEST = ['apps/e2e/dist/distributed/kill.e2e.spec.js'];

const isLong = ({ path }) => LONGEST.some((suite) => path.endsWith(suite));

export default class LongestFirst extends sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
