import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { Expectation } from './expectation.mjs';
import { pushItems, writeResources } from './writers.mjs';

/**
 * What a round is about: a project of its own, and what is known of it.
 * @typedef {object} Scene
 * @property {string} project `org/project`
 * @property {string} hub What every resource points to, and what every id begins with.
 * @property {string} sentinel What ids of resources begin with that only show that projections have caught up.
 * @property {Client} client
 * @property {(service: { url: URL }) => Promise<void>} connect
 * @property {() => Promise<void>} settle Waits until everything that was acknowledged is in every read model.
 * @property {boolean} goesOn Whether the load bears faults and goes on; otherwise the first request without an answer ends it.
 * @property {Expectation} expectation
 * @property {() => number} random
 * @property {Map<string, { own: string[], count: number, life: number }>} memories
 * @property {string[]} violations
 */

const org = 'kill';

/** After each write, in milliseconds, once there are enough. */
const [WRITER_REST, PUSHER_REST] = [200, 1000];

/**
 * @param {{ service: { url: URL }, name: string, random: () => number, settle: (scene: Scene) => Promise<void>, goesOn?: boolean }} options
 * @returns {Promise<Scene>}
 */
export async function makeScene({ service, name, random, settle, goesOn = false }) {
  const project = `${org}/${name}`;
  const scene = {
    project,
    hub: `https://kill.example/${name}`,
    sentinel: `https://kill.example/sentinel-${name}`,
    client: undefined,
    connect: async ({ url }) => {
      await scene.client?.close();
      scene.client = new Client(url, 32);
    },
    settle: () => settle(scene),
    goesOn,
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

/**
 * Writers and readers, until they are told to end.
 * @param {Scene} scene
 * @param {{ changes: import('./readers.mjs').ChangesReader, events: import('./readers.mjs').EventsReader }} readers
 * @param {{ writers: number, pushers: number, burst?: number }} [load] who write one resource at a time, and who push batches; once `burst` writes
 *   are acknowledged they rest after each: all that is written is audited, however long a fault may last
 */
export function startLoad(scene, { changes, events }, { writers, pushers, burst = Infinity } = { writers: 6, pushers: 2 }) {
  const stop = new AbortController();
  const stopReading = new AbortController();
  const enough = scene.expectation.acknowledgements + burst;
  const restFor = (milliseconds) => async () => {
    if (scene.expectation.acknowledgements < enough) return;
    await sleep(milliseconds, undefined, { signal: stop.signal }).catch(() => undefined);
  };
  const writing = Promise.all([
    ...names('writer', writers).map((name) => writeResources(scene, name, stop.signal, restFor(WRITER_REST))),
    ...names('push', pushers).map((name) => pushItems(scene, name, stop.signal, restFor(PUSHER_REST))),
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

const names = (what, count) => Array.from({ length: count }, (_, index) => `${what}-${index + 1}`);
