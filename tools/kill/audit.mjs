import { outcomeOf } from './expectation.mjs';
import { resourcePath } from './writers.mjs';

/**
 * Finds out what became of writes that were not answered: wholly there, or not at all.
 * @param {import('./scene.mjs').Scene} scene @returns {Promise<{ stored: number, absent: number }>}
 */
export async function settleOpenWrites(scene) {
  const { expectation, client, violations } = scene;
  const counts = { stored: 0, absent: 0 };
  for (const write of expectation.open()) {
    const found = new Map();
    for (const id of write.changes.keys()) {
      const { status, body } = await client.ask('GET', resourcePath(scene, id));
      found.set(id, status === 404 ? 0 : body._rev);
    }
    const outcome = outcomeOf(write, expectation.state, found);
    if (outcome === 'torn') {
      const were = [...write.changes.keys()].map((id) => `${expectation.state(id).rev}->${found.get(id)}`);
      violations.push(`half of a write without an answer is there: ${write.what}, revisions ${were.join(' ')}`);
    } else counts[outcome] += 1;
    expectation.settled(write, outcome === 'stored');
  }
  return counts;
}

/**
 * Everything that was acknowledged, as every read shows it.
 * @param {import('./scene.mjs').Scene} scene
 * @param {{ history?: boolean }} [options] Without `history`, revisions before the newest are left to a later audit, as nothing ever changes them.
 * @returns {Promise<{ resources: number, revisions: number }>}
 */
export async function audit(scene, { history = true } = {}) {
  const ids = scene.expectation.ids();
  await inParallel(ids, 8, (id) => auditResource(scene, id, history));
  await scene.settle();
  await auditListing(scene, ids);
  await auditLinks(scene, ids);
  return { resources: ids.length, revisions: ids.reduce((sum, id) => sum + scene.expectation.state(id).rev, 0) };
}

async function auditResource(scene, id, history) {
  const { client, expectation } = scene;
  const expected = expectation.state(id);
  const path = resourcePath(scene, id);
  const { status, body } = await client.ask('GET', path);
  if (status !== 200) {
    scene.violations.push(`${id} was acknowledged at revision ${expected.rev} and is answered ${status}`);
    return;
  }
  compare(scene, id, 'revision', body._rev, expected.rev);
  compare(scene, id, 'value', body.value, expected.value);
  compare(scene, id, '_deprecated', body._deprecated, expected.deprecated);
  const tags = Object.fromEntries((await client.get(`${path}/tags`)).tags.map(({ tag, rev }) => [tag, rev]));
  for (const tag of new Set([...Object.keys(tags), ...Object.keys(expected.tags)]))
    compare(scene, id, `tag ${tag}`, tags[tag], expected.tags[tag]);
  if (!history) return;
  for (const [at, value] of expected.values.entries()) {
    const old = await client.get(`${path}?rev=${at + 1}`);
    compare(scene, id, `revision of ?rev=${at + 1}`, old._rev, at + 1);
    compare(scene, id, `value of ?rev=${at + 1}`, old.value, value);
  }
}

/** Where the log has one partition, what comes after everything else is in listings and links once they show it. */
export async function passSentinel({ client, sentinel }) {
  const id = `${sentinel}-${performance.now()}`;
  const path = `/v1/resources/kill/sentinel`;
  const { status, position } = await client.ask('PUT', `${path}/_/${encodeURIComponent(id)}`, { body: '{}' });
  if (status !== 201) throw new Error(`the sentinel was answered ${status}`);
  const headers = { 'headwater-wait-for': position };
  for (const read of [`${path}?size=1`, `${path}/_/${encodeURIComponent(id)}/outgoing`]) {
    const answer = await client.ask('GET', read, { headers });
    if (answer.status !== 200) throw new Error(`GET ${read} with Headwater-Wait-For was answered ${answer.status}`);
  }
}

async function auditListing(scene, ids) {
  const { expectation } = scene;
  const by = (deprecated) => ids.filter((id) => expectation.state(id).deprecated === deprecated);
  for (const deprecated of [false, true]) {
    const wanted = new Set(by(deprecated));
    const { total, found } = await listAll(scene, `deprecated=${deprecated}&schema=resource`);
    const missing = [...wanted].filter((id) => !found.has(id));
    compare(scene, 'the listing', `total with deprecated=${deprecated}`, total, wanted.size);
    compare(scene, 'the listing', `resources on all pages with deprecated=${deprecated}`, found.size, wanted.size);
    if (missing.length > 0) scene.violations.push(`${missing.length} resources are not listed, such as ${missing[0]}`);
  }
  // The project's default resolver is an entity too.
  const { _total } = await scene.client.get(`/v1/resources/${scene.project}?size=1`);
  compare(scene, 'the listing', 'total without a filter', _total, by(false).length + 1);
}

async function listAll({ client, project, violations }, query) {
  const found = new Set();
  let total;
  for (let path = `/v1/resources/${project}?${query}&size=100`; path !== undefined;) {
    const page = await client.get(path);
    total ??= page._total;
    for (const { '@id': id } of page._results) {
      if (found.has(id)) violations.push(`${id} is listed twice`);
      found.add(id);
    }
    path = page._next === undefined ? undefined : new URL(page._next).pathname + new URL(page._next).search;
  }
  return { total, found };
}

/** Every resource points to the hub in each of its contents. */
async function auditLinks(scene, ids) {
  const { _total } = await scene.client.get(`${resourcePath(scene, scene.hub)}/incoming?size=1`);
  compare(scene, 'the hub', 'incoming links', _total, ids.length);
}

/** What the readers have copied is what there is. @param {import('./scene.mjs').Scene} scene */
export async function auditReaders(scene, { changes, events }) {
  const { expectation, violations } = scene;
  const ids = expectation.ids();
  await changes.catchUp();
  for (const id of ids) {
    const expected = expectation.state(id);
    const item = changes.items.get(id);
    if (!item) violations.push(`the changes feed never gave ${id}`);
    else {
      compare(scene, `the feed's ${id}`, 'revision', item.rev, expected.rev);
      compare(scene, `the feed's ${id}`, 'value', item.value, expected.value);
      compare(scene, `the feed's ${id}`, 'isDeleted', item.deleted, expected.deprecated);
    }
  }
  compare(scene, 'the changes feed', 'items', changes.items.size, ids.length);
  const missing = await events.until(new Map(ids.map((id) => [id, expectation.state(id).rev])));
  if (missing.length > 0)
    violations.push(`the event stream did not give the newest events of ${missing.length} resources, such as ${missing[0]}`);
  for (const id of ids) {
    const seen = events.revisions.get(id);
    if (seen > expectation.state(id).rev) violations.push(`the event stream gave revision ${seen} of ${id}, which is not there`);
  }
}

function compare(scene, of, what, found, expected) {
  if (found !== expected) scene.violations.push(`${of}: ${what} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}

async function inParallel(values, limit, work) {
  const waiting = values.values();
  const worker = async () => {
    for (const value of waiting) await work(value);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
