import { setTimeout as sleep } from 'node:timers/promises';
import { launchHeadwater, startHeadwater } from '../lib/service.mjs';
import { audit, auditReaders, settleOpenWrites } from './audit.mjs';
import { Client } from './client.mjs';
import { Expectation } from './expectation.mjs';
import { ChangesReader, EventsReader } from './readers.mjs';
import { pushItems, writeResources } from './writers.mjs';

/**
 * What a round is about: a project of its own, and what is known of it.
 * @typedef {object} Scene
 * @property {string} project `org/project`
 * @property {string} hub What every resource points to, and what every id begins with.
 * @property {string} sentinel What ids of resources begin with that only show that projections have caught up.
 * @property {Client} client
 * @property {(service: import('../lib/service.mjs').Service) => Promise<void>} connect
 * @property {Expectation} expectation
 * @property {() => number} random
 * @property {Map<string, { own: string[], count: number }>} memories
 * @property {string[]} violations
 *
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

const org = 'kill';

/**
 * Starts the service on a folder, kills it in the middle of a load, starts it again, and audits; then loads some more and audits again.
 * @param {{ number: number, random: () => number, verifyFolder: () => Promise<readonly string[]>, service: Parameters<typeof startHeadwater>[0] }} options
 * @returns {Promise<RoundResult>}
 */
export async function killRound({ number, random, verifyFolder, service: options }) {
  let service = await startHeadwater(options);
  try {
    const scene = await makeScene(service, number, random);
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
    await audit(scene);

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

async function makeScene(service, number, random) {
  const project = `${org}/round-${number}`;
  const scene = {
    project,
    hub: `https://kill.example/round-${number}`,
    sentinel: `https://kill.example/sentinel-${number}`,
    client: undefined,
    connect: async ({ url }) => {
      await scene.client?.close();
      scene.client = new Client(url, 32);
    },
    expectation: new Expectation(),
    random,
    memories: new Map(),
    violations: [],
  };
  await scene.connect(service);
  for (const path of [`/v1/orgs/${org}`, `/v1/projects/${org}/sentinel`, `/v1/projects/${project}`]) {
    const { status, body } = await scene.client.ask('PUT', path, { body: '{}' });
    if (status !== 201 && status !== 409) throw new Error(`PUT ${path} was answered ${status}: ${JSON.stringify(body)}`);
  }
  return scene;
}

function startLoad(scene, { changes, events }) {
  const stop = new AbortController();
  const stopReading = new AbortController();
  const writing = Promise.all([
    ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => writeResources(scene, `writer-${name}`, stop.signal)),
    ...['a', 'b'].map((name) => pushItems(scene, `push-${name}`, stop.signal)),
    changes.run(stop.signal),
  ]);
  const reading = events.run(stopReading.signal);
  const endWriting = () => {
    stop.abort();
    return writing;
  };
  return {
    endWriting,
    end: async () => {
      await endWriting();
      stopReading.abort();
      await reading;
    },
  };
}

/** A second blow, while it recovers from the first. */
async function killWhileStarting(options, random) {
  const service = launchHeadwater(options);
  await sleep(20 + random() * 600);
  await service.kill();
}
