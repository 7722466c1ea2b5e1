import { setTimeout as sleep } from 'node:timers/promises';
import { launchHeadwater, startHeadwater } from '../lib/service.mjs';
import { audit, auditReaders, passSentinel, settleOpenWrites } from './audit.mjs';
import { ChangesReader, EventsReader } from './readers.mjs';
import { makeScene, startLoad } from './scene.mjs';

/**
 * @typedef {object} RoundResult
 * @property {number} killedAfter Milliseconds of load.
 * @property {boolean} killedAtStart Whether it was killed once more while it started again.
 * @property {number} acknowledged Writes before the kill.
 * @property {{ stored: number, absent: number }} unanswered
 * @property {number} resources
 * @property {number} revisions
 * @property {number} pages Of the changes feed.
 * @property {number} events Of the event stream.
 * @property {readonly string[]} violations
 */

/**
 * Starts the service on a folder, kills it in the middle of a load, starts it again, and audits; then loads some more and audits again.
 * @param {{ number: number, random: () => number, verifyFolder: () => Promise<readonly string[]>, service: Parameters<typeof startHeadwater>[0] }} options
 * @returns {Promise<RoundResult>}
 */
export async function killRound({ number, random, verifyFolder, service: options }) {
  let service = await startHeadwater(options);
  try {
    const scene = await makeScene({ service, name: `round-${number}`, random, settle: passSentinel });
    const readers = { changes: new ChangesReader(scene), events: new EventsReader(scene) };

    const started = performance.now();
    const load = startLoad(scene, readers);
    await sleep(100 + random() * 1100);
    // Where the machine is slow, all that would be killed is the first requests.
    await untilAcknowledged(scene.expectation, random() * 40);
    const killedAfter = Math.round(performance.now() - started);
    await service.kill();
    await load.end();
    const acknowledged = scene.expectation.acknowledgements;

    const killedAtStart = random() < 0.25;
    if (killedAtStart) await killWhileStarting(options, random);
    service = await startHeadwater(options);
    await scene.connect(service);
    const unanswered = await settleOpenWrites(scene);
    await audit(scene, { history: false });

    // Readers and writers go on where they were.
    const more = startLoad(scene, readers);
    await sleep(250);
    await more.endWriting();
    const { resources, revisions } = await audit(scene);
    await auditReaders(scene, readers);
    await more.end();
    await scene.client.close();

    const code = await service.stop();
    if (code !== 0) scene.violations.push(`SIGTERM ended the service with exit code ${code}`);
    scene.violations.push(...(await verifyFolder()));
    const { violations } = scene;
    const copied = { pages: readers.changes.pages, events: readers.events.events };
    return { killedAfter, killedAtStart, acknowledged, unanswered, resources, revisions, ...copied, violations };
  } finally {
    await service.kill();
  }
}

async function untilAcknowledged(expectation, count) {
  const deadline = performance.now() + 10_000;
  while (expectation.acknowledgements < count && performance.now() < deadline) await sleep(5);
}

/** A second blow, while it recovers from the first. */
async function killWhileStarting(options, random) {
  const service = launchHeadwater(options);
  await sleep(20 + random() * 600);
  await service.kill();
}
