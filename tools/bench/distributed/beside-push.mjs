import { openWires, unexpected } from '../load.mjs';
import { percentile } from '../statistics.mjs';
import { range } from '../works.mjs';

const ITEMS = 10_000;
const CONNECTIONS = 8;

/**
 * Creates, one after the other on a few connections, while a push of 10,000 items is taken.
 * @param {import('../load.mjs').Target} target @param {import('../works.mjs').Context} context
 */
export async function createsBesidePush(target, { fresh }) {
  const [pusher] = await openWires(target, 1);
  const wires = await openWires(target, CONNECTIONS);
  const latencies = [];
  let pushing = true;
  const start = performance.now();
  const push = target.push('pushed', range(fresh(), ITEMS));
  const pushed = pusher.ask(push).then((answer) => {
    pushing = false;
    if (answer.status !== 200) throw unexpected(target, push, answer);
  });
  const create = async (wire) => {
    while (pushing) {
      const request = target.create('beside', fresh());
      const sent = performance.now();
      const answer = await wire.ask(request);
      if (answer.status !== 201) throw unexpected(target, request, answer);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all([pushed, ...wires.map(create)]);
  const seconds = (performance.now() - start) / 1000;
  for (const wire of [pusher, ...wires]) wire.close();
  await target.settle();
  const sorted = latencies.sort((a, b) => a - b);
  return { creates: sorted.length, seconds, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), slowest: sorted.at(-1) };
}
