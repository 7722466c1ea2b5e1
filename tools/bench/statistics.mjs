/** Middle of the values, of an even number the lower of the two: a value that was measured. @param {readonly number[]} values */
export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

/** Exact percentile (nearest rank) of values in ascending order. @param {readonly number[]} sorted @param {number} share */
export const percentile = (sorted, share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];

/**
 * What one round of one work was.
 * @typedef {object} Round
 * @property {number} operations What the work counts: requests, items, deliveries.
 * @property {number} seconds
 * @property {Float64Array} latencies Milliseconds of each request (or delivery that was timed), ascending.
 * @property {number} cpuMicros Of the server, over the round and until its projections have caught up, without what it uses when idle.
 *
 * @typedef {{ rate: number, p50: number, p99: number, cpu: number }} Summary
 */

/** Medians over rounds. @param {readonly Round[]} rounds @returns {Summary} */
export function summary(rounds) {
  const over = (figure) => median(rounds.map(figure));
  return {
    rate: over(({ operations, seconds }) => operations / seconds),
    p50: over(({ latencies }) => percentile(latencies, 0.5)),
    p99: over(({ latencies }) => percentile(latencies, 0.99)),
    cpu: over(({ cpuMicros, operations }) => cpuMicros / operations),
  };
}
