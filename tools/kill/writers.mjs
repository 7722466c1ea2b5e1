import { setTimeout as sleep } from 'node:timers/promises';
import { NoAnswer, isFault } from './client.mjs';
import { afterAll, pushed } from './expectation.mjs';

/** Milliseconds after a request without an answer: whoever is out of reach is not asked all the time. */
const PAUSE = 200;

/** @param {import('./scene.mjs').Scene} scene @param {string} id */
export const resourcePath = ({ project }, id) => `/v1/resources/${project}/_/${encodeURIComponent(id)}`;

const contentOf = ({ hub }, value) => ({ '@type': 'Record', value, hub: { '@id': hub } });

/**
 * Creates, updates, tags, deprecates and brings back resources of its own, one write at a time, until it is stopped or the service is gone.
 * @param {import('./scene.mjs').Scene} scene @param {string} name @param {AbortSignal} stop @param {() => Promise<void>} rest after each write
 */
export async function writeResources(scene, name, stop, rest) {
  const { expectation, random } = scene;
  const memory = memoryOf(scene, name);
  const { own } = memory;
  while (!stop.aborted) {
    const n = (memory.count += 1);
    const fresh = own.length < 3 || random() < 0.3;
    const id = fresh ? `${scene.hub}/${name}/${n}` : own[Math.floor(random() * own.length)];
    const write = fresh ? creation(scene, id, `${name}.${n}`) : nextChange(scene, id, expectation.state(id), `${name}.${n}`);
    if (await send(scene, write)) {
      if (fresh) own.push(id);
      await rest();
      continue;
    }
    if (!scene.goesOn) return;
    // What became of this one is not known: it is left alone.
    if (!fresh) own.splice(own.indexOf(id), 1);
    await sleep(PAUSE);
  }
}

function creation(scene, id, value) {
  const body = JSON.stringify(contentOf(scene, value));
  return writeOf(id, { kind: 'content', value }, { method: 'PUT', path: resourcePath(scene, id), body, status: 201 });
}

function nextChange(scene, id, { rev, deprecated }, value) {
  const path = resourcePath(scene, id);
  if (deprecated) return writeOf(id, { kind: 'undeprecate' }, { method: 'PUT', path: `${path}/undeprecate?rev=${rev}`, status: 200 });
  const choice = scene.random();
  if (choice < 0.1) return writeOf(id, { kind: 'deprecate' }, { method: 'DELETE', path: `${path}?rev=${rev}`, status: 200 });
  if (choice < 0.25) {
    const tag = { tag: `t${Math.floor(scene.random() * 3)}`, rev };
    return writeOf(
      id,
      { kind: 'tag', ...tag },
      { method: 'POST', path: `${path}/tags?rev=${rev}`, body: JSON.stringify(tag), status: 201 },
    );
  }
  const body = JSON.stringify(contentOf(scene, value));
  return writeOf(id, { kind: 'content', value }, { method: 'PUT', path: `${path}?rev=${rev}`, body, status: 200 });
}

/** What a writer had when the service was killed is what it goes on with. */
function memoryOf({ memories }, name) {
  const memory = memories.get(name) ?? { own: [], count: 0, life: 0 };
  memories.set(name, memory);
  return memory;
}

const writeOf = (id, change, request) => ({
  changes: new Map([[id, [change]]]),
  what: `${request.method} ${request.path}`,
  request,
  check: (body, expectation) =>
    body._rev === afterAll(expectation.state(id), [change]).rev ? undefined : `answered revision ${body._rev}`,
});

/**
 * Pushes batches to the project's dataset: new items, changed, unchanged, deleted and returning ones, each batch atomic.
 * @param {import('./scene.mjs').Scene} scene @param {string} name @param {AbortSignal} stop @param {() => Promise<void>} rest after each push
 */
export async function pushItems(scene, name, stop, rest) {
  const { random } = scene;
  const memory = memoryOf(scene, name);
  const idOf = (n) => `${scene.hub}/${name}.${memory.life}/${n}`;
  const some = () => (memory.count < 10 || random() < 0.4 ? (memory.count += 1) : Math.floor(random() * memory.count));
  for (let n = 0; !stop.aborted; n += 1) {
    const chosen = new Set();
    while (chosen.size < 25) chosen.add(idOf(some()));
    const items = [...chosen].map((id, at) => ({
      id,
      value: random() < 0.2 ? 'same' : `${name}.${memory.count}.${n}.${at}`,
      isDeleted: random() < 0.15,
    }));
    if (await send(scene, pushOf(scene, items))) {
      await rest();
      continue;
    }
    if (!scene.goesOn) return;
    // What became of these is not known: they are left alone.
    memory.life += 1;
    memory.count = 0;
    await sleep(PAUSE);
  }
}

function pushOf(scene, items) {
  const { expectation, project } = scene;
  const resources = items.map(({ id, value, isDeleted }) => ({
    resourceType: 'Record',
    id,
    ...contentOf(scene, value),
    meta: { modified: '2026-11-24T00:00:00Z', ...(isDeleted && { isDeleted }) },
  }));
  const body = JSON.stringify(resources);
  const path = `/dataset/${project.replace('/', '.')}/resources`;
  return {
    changes: new Map(items.map((item) => [item.id, pushed(expectation.state(item.id), item)])),
    what: `POST ${path} of ${items.length}`,
    request: { method: 'POST', path, body, status: 200 },
    check: (outcomes) => {
      const good = outcomes.length === items.length && outcomes.every(({ successful, index }, at) => successful && index === at);
      return good ? undefined : `answered ${JSON.stringify(outcomes).slice(0, 300)}`;
    },
  };
}

/** Sends a write and keeps the books; false where it was not acknowledged, so that what became of it has to be looked up. */
async function send(scene, write) {
  const { expectation, client, violations } = scene;
  const { method, path, body, status } = write.request;
  expectation.sent(write);
  let answer;
  try {
    answer = await client.ask(method, path, { body });
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
  if (scene.goesOn && isFault(answer)) return false;
  if (answer.status !== status) {
    violations.push(`${write.what} was answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`);
    expectation.settled(write, false);
    return false;
  }
  const wrong = write.check(answer.body, expectation);
  if (wrong !== undefined) violations.push(`${write.what}: ${wrong}`);
  expectation.acknowledged(write);
  return true;
}
