/** npm run tour: real linked data in a running service, step by step; exits with 1 where an answer is not what the input says. */
import { progress } from '../lib/progress.mjs';
import { follow } from './follow.mjs';
import { load } from './loader.mjs';
import { CLASS, CONTEXT_ID, PROJECT, PROPERTY, readVocabulary, SCHEMA } from './vocabulary.mjs';

const url = new URL(process.env.HEADWATER_URL ?? 'http://127.0.0.1:8080');
const org = 'tour';
const project = `${org}/schemaorg`;
const subject = `${SCHEMA}CreativeWork`;
const of = (path) => new URL(path, url);

/** A sentence for the reader instead of a stack trace. */
class TourEnded extends Error {}

let step = 0;
let differences = 0;

async function tour() {
  await mustBeThere();
  const vocabulary = readVocabulary();
  console.log(
    `A tour of Headwater at ${url.origin}: the schema.org vocabulary, ${vocabulary.terms.size} terms. Every count is checked against it.`,
  );

  await makeProject();
  const position = await loadTerms(vocabulary);
  await fetchOne(vocabulary);
  await listByType(vocabulary, position);
  await askLinks(vocabulary, position);
  await followEvents(vocabulary);
  await readChanges(vocabulary);

  if (differences > 0) throw new TourEnded(`\n${differences} of the counts differ from the vocabulary (marked with ≠ above).`);
  console.log(`\nAll counts are those of the vocabulary. What to read next: README.md.`);
}

async function mustBeThere() {
  const ready = await fetch(of('/health/ready')).catch(() => undefined);
  if (!ready)
    throw new TourEnded(
      `Nothing answers at ${url.origin}. Start the service with "npm start" in another terminal, or set HEADWATER_URL to where it is.`,
    );
  if (!ready.ok) throw new TourEnded(`The service at ${url.origin} is not ready yet (${ready.status}): try again in a moment.`);
}

async function makeProject() {
  explain('An organisation and a project in it. Its base and vocabulary are schema.org, so that terms need no prefix in a URL.', [
    `curl -X PUT ${url.origin}/v1/orgs/${org} -H 'Content-Type: application/json' -d '{}'`,
  ]);
  for (const [path, body] of [
    [`/v1/orgs/${org}`, { description: 'For the tour' }],
    [`/v1/projects/${project}`, PROJECT],
  ]) {
    const { status, _rev } = await call('PUT', path, { body, allow: [201, 409] });
    say(status === 201 ? `${path} created, revision ${_rev}` : `${path} is there already`);
  }
}

async function loadTerms({ context, terms }) {
  explain('Each term becomes a resource; they share one context, which is a resource too. Run again, only what differs is written.', [
    `curl -X PUT ${url.origin}/v1/resources/${project}/_/Thing -H 'Content-Type: application/ld+json' -d '{"@type": ..., "label": "Thing", ...}'`,
  ]);
  const shared = await load({ url, project, documents: new Map([[CONTEXT_ID, context]]), onProgress: () => {} });
  const bar = progress('loading', terms.size);
  const start = performance.now();
  const { created, updated, unchanged, position } = await load({ url, project, documents: terms, onProgress: bar.update });
  bar.stop();
  const seconds = (performance.now() - start) / 1000;
  say(`${created} created, ${updated} updated, ${unchanged} unchanged, in ${seconds.toFixed(1)} s`);
  return position ?? shared.position;
}

async function fetchOne({ terms }) {
  explain('A resource by its id, with metadata; never older than the newest write that was acknowledged.', [
    `curl ${url.origin}/v1/resources/${project}/_/CreativeWork`,
  ]);
  const fetched = await call('GET', `/v1/resources/${project}/_/CreativeWork`);
  say(`${fetched['@id']}, revision ${fetched._rev}: ${shorten(fetched.comment)}`);
  const source = await call('GET', `/v1/resources/${project}/_/CreativeWork/source`);
  check('members of its source', Object.keys(source).length - 1, Object.keys(JSON.parse(terms.get(subject))).length);
}

async function listByType({ terms, ofType }, position) {
  explain('Listings, by type and other metadata, with exact totals. Headwater-Wait-For makes sure that they hold what was just written.', [
    `curl '${url.origin}/v1/resources/${project}?type=rdfs:Class&size=3'`,
  ]);
  const list = (query) => call('GET', `/v1/resources/${project}?${query}`, { waitFor: position });
  const classes = await list(`type=rdfs:Class&size=3`);
  check('classes', classes._total, ofType(CLASS));
  say(`the first: ${classes._results.map((found) => found.label ?? found['@id']).join(', ')}`);
  check('properties', (await list(`type=${encodeURIComponent(PROPERTY)}&size=1`))._total, ofType(PROPERTY));
  check('resources with the schema of the terms', (await list(`schema=resource&size=1`))._total, terms.size + 1);
}

async function askLinks({ incoming, outgoing }, position) {
  explain('The graph: who points to a resource, through which properties, and where it points to.', [
    `curl '${url.origin}/v1/resources/${project}/_/CreativeWork/incoming?size=5'`,
    `curl '${url.origin}/v1/resources/${project}/_/CreativeWork/outgoing?size=5'`,
  ]);
  const links = (direction, query = '') =>
    call('GET', `/v1/resources/${project}/_/CreativeWork/${direction}?size=5${query}`, { waitFor: position });
  const into = await links('incoming');
  check('incoming links of CreativeWork', into._total, incoming(subject));
  for (const { '@id': id, paths } of into._results.slice(0, 3)) say(`${id} --${[paths].flat().map(localName).join('/')}--> CreativeWork`);
  const expected = outgoing(subject);
  check('outgoing links of CreativeWork', (await links('outgoing'))._total, expected.all);
  check('of these to other terms', (await links('outgoing', '&includeExternalLinks=false'))._total, expected.inside);
}

async function followEvents({ terms }) {
  explain('The event stream: all that ever happened in the project, then whatever happens, as it happens.', [
    `curl -N ${url.origin}/v1/resources/${project}/events`,
  ]);
  const path = `/v1/resources/${project}/_/CreativeWork`;
  const events = await follow(of(`/v1/resources/${project}/events`));
  const { updated, tagged } = await touch(path, terms.get(subject));
  const isChange = ({ data }) => data._resourceId === subject && data._rev >= updated;
  const last = await events.until(({ data }) => data._resourceId === subject && data._rev === tagged);
  const missing = new Set(terms.keys());
  // Only the events of one resource are in an order: what was just written may come before what was written long ago. What does not come is counted.
  await events
    .until(({ event, data }) => event === 'ResourceCreated' && missing.delete(data._resourceId) && missing.size === 0)
    .catch(() => undefined);
  await events.close();
  check('terms whose creation is in the stream', terms.size - missing.size, terms.size);
  say(
    `then, live: ${events.seen
      .filter(isChange)
      .map(({ event, data }) => `${event} (revision ${data._rev})`)
      .join(', ')}`,
  );

  const again = await follow(of(`/v1/resources/${project}/events`), { lastEventId: previous(events.seen, last).id });
  const next = await again.until(({ data }) => data._resourceId === subject);
  await again.close();
  check('revision of the event after Last-Event-ID', next.data._rev, tagged);
}

/** Two changes of the resource that the stream is to show: the same content once more, which makes a revision, and a tag on it. */
async function touch(path, content) {
  const { _rev: rev } = await call('GET', path);
  const updated = await call('PUT', `${path}?rev=${rev}`, { body: JSON.parse(content) });
  const tagged = await call('POST', `${path}/tags?rev=${updated._rev}`, { body: { tag: 'tour', rev: updated._rev }, allow: [201] });
  return { updated: updated._rev, tagged: tagged._rev };
}

const previous = (seen, event) => seen[seen.indexOf(event) - 1];

async function readChanges({ terms }) {
  explain('The changes feed: the newest version of every item, page by page; the token of the last page is where to go on tomorrow.', [
    `curl '${url.origin}/datasets/${org}.schemaorg/changes?limit=1000'`,
  ]);
  const ids = new Set();
  let pages = 0;
  let token;
  for (let more = true; more; pages += 1) {
    const query = new URLSearchParams({ limit: '1000', ...(token && { since: token }) });
    const parts = await call('GET', `/datasets/${org}.schemaorg/changes?${query}`);
    const continuation = parts.at(-1);
    for (const { id } of parts.slice(1, -1)) ids.add(id);
    token = continuation.token;
    more = continuation.more;
  }
  check(`items in ${pages} pages`, [...terms.keys()].filter((id) => ids.has(id)).length, terms.size);
  check('items that are no terms (the context)', ids.size - terms.size, 1);
  say(`token: ${shorten(token, 48)}`);
}

/** @param {string} method @param {string} path @param {{ body?: object, allow?: number[], waitFor?: string }} [options] */
async function call(method, path, { body, allow = [200], waitFor } = {}) {
  const headers = { ...(body && { 'Content-Type': 'application/json' }), ...(waitFor && { 'Headwater-Wait-For': waitFor }) };
  const response = await fetch(of(path), { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!allow.includes(response.status))
    throw new TourEnded(`\n${method} ${path} was answered ${response.status}, which this tour did not expect:\n${text.slice(0, 1000)}`);
  const answer = JSON.parse(text);
  return Array.isArray(answer) ? answer : { ...answer, status: response.status };
}

function explain(text, commands) {
  step += 1;
  console.log(`\n${step}. ${text}`);
  for (const command of commands) console.log(`   $ ${command}`);
}

function say(text) {
  console.log(`   ${text}`);
}

/** @param {string} what @param {unknown} answered @param {unknown} expected */
function check(what, answered, expected) {
  const same = answered === expected;
  if (!same) differences += 1;
  console.log(`   ${same ? '✓' : '≠'} ${what}: ${answered}${same ? '' : `, but the vocabulary says ${expected}`}`);
}

const localName = (iri) => /[^/#]*$/.exec(iri)[0];

function shorten(text, length = 90) {
  const plain = String(text ?? '');
  return plain.length > length ? `${plain.slice(0, length)}...` : plain;
}

try {
  await tour();
} catch (error) {
  if (!(error instanceof TourEnded)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
