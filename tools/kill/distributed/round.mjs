import { setTimeout as sleep } from 'node:timers/promises';
import { audit, auditReaders, settleOpenWrites } from '../audit.mjs';
import { ChangesReader, EventsReader } from '../readers.mjs';
import { makeScene, startLoad } from '../scene.mjs';

/**
 * @typedef {object} RoundResult
 * @property {string} fault
 * @property {number} seconds How long the fault lasted.
 * @property {number} acknowledged Writes until the fault was over.
 * @property {number} meanwhile Those of them that were acknowledged during the fault.
 * @property {{ stored: number, absent: number }} unanswered
 * @property {number} resources
 * @property {number} revisions
 * @property {number} pages
 * @property {number} events
 * @property {readonly string[]} violations
 */

/** Enough to be met in the middle of something, and little enough to leave the machine to a dozen processes, and to be audited soon. */
const LOAD = { writers: 3, pushers: 1, burst: 150 };
/** Appends that were under way when their caller went away may be stored a moment later. */
const UNTIL_QUIET_MS = 1500;
/** Between two acknowledgements, where writes go on through a fault. */
const LONGEST_SILENCE_MS = 5000;

/**
 * Loads a cluster, lets a fault happen to it, and audits once it is over; then loads some more and audits again.
 * @param {{ cluster: import('./cluster.mjs').Cluster, fault: import('./faults.mjs').Fault, name: string, random: () => number,
 *   settle: () => Promise<void>, verify: () => Promise<readonly string[]> }} options
 * @returns {Promise<RoundResult>}
 */
export async function faultRound({ cluster, fault, name, random, settle, verify }) {
  const scene = await makeScene({ service: cluster.gateway, name, random, settle, goesOn: true });
  const readers = { changes: new ChangesReader(scene), events: new EventsReader(scene) };
  const load = startLoad(scene, readers, LOAD);
  await untilAcknowledged(scene.expectation, 20 + random() * 40);

  const before = scene.expectation.acknowledgements;
  const watch = watchAcknowledgements(scene.expectation);
  const started = performance.now();
  await fault.inflict(cluster, random);
  const seconds = (performance.now() - started) / 1000;
  const silence = watch.end();
  const meanwhile = scene.expectation.acknowledgements - before;
  if (fault.writesGoOn && silence > LONGEST_SILENCE_MS)
    scene.violations.push(`no write was acknowledged for ${Math.round(silence)} ms, although none needs what was down`);
  await cluster.ready();
  // What was held up goes on.
  await untilAcknowledged(scene.expectation, scene.expectation.acknowledgements + 20);
  await load.end();
  const acknowledged = scene.expectation.acknowledgements;
  await sleep(UNTIL_QUIET_MS);
  const unanswered = await settleOpenWrites(scene);
  await audit(scene, { history: false });

  const more = startLoad(scene, readers, LOAD);
  await sleep(300);
  await more.endWriting();
  const { resources, revisions } = await audit(scene);
  await auditReaders(scene, readers);
  await more.end();
  await scene.client.close();
  scene.violations.push(...(await verify()));
  const copied = { pages: readers.changes.pages, events: readers.events.events };
  return { fault: fault.name, seconds, acknowledged, meanwhile, unanswered, resources, revisions, ...copied, violations: scene.violations };
}

async function untilAcknowledged(expectation, count) {
  const deadline = performance.now() + 60_000;
  while (expectation.acknowledgements < count && performance.now() < deadline) await sleep(10);
}

/** Measures the longest time without an acknowledgement. */
function watchAcknowledgements(expectation) {
  let [count, since, longest] = [expectation.acknowledgements, performance.now(), 0];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - since);
    if (expectation.acknowledgements > count) [count, since] = [expectation.acknowledgements, now];
  };
  const timer = setInterval(look, 50);
  return {
    end: () => {
      clearInterval(timer);
      look();
      return longest;
    },
  };
}
