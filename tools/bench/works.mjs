import { header } from '../lib/wire.mjs';
import { askOnce, repeat, round, withCpu } from './load.mjs';
import { fanOutRound } from './fanout.mjs';
import { changesPage } from './targets.mjs';

/**
 * One line of the table.
 * @typedef {object} Work
 * @property {string} name
 * @property {string} title
 * @property {number} [must] CPU microseconds per operation (issue 3, "What it must reach").
 * @property {number} [aim]
 * @property {{ rate?: number, p99?: number }} [also] What must be reached besides.
 * @property {boolean} [onlyHeadwater] There is nothing like it in the baseline.
 * @property {boolean} [reads] Repeated with ten times the data.
 * @property {boolean} [ownClock] Rounds of its own length.
 * @property {(target: import('./load.mjs').Target, context: Context, ms: number) => Promise<import('./statistics.mjs').Round>} round
 *
 * @typedef {object} Context
 * @property {number} resources Loaded so far into the series `main`.
 * @property {() => number} fresh A number that no document had yet.
 * @property {number} batch Items of a push.
 */

const anyOf = (limit) => Math.floor(Math.random() * limit);

const creates =
  (connections) =>
  (target, { fresh }, ms) =>
    round(target, { connections, status: 201, next: () => target.create('writes', fresh()) }, ms);

const reads =
  (make, connections = 32) =>
  (target, context, ms) =>
    round(target, { connections, status: 200, next: () => make(target, context) }, ms);

async function notModified(target, { resources }, ms) {
  const requests = [];
  for (let i = 0; i < 64; i += 1) {
    const n = anyOf(resources);
    const fetched = await askOnce(target, target.fetch('main', n));
    requests.push(target.fetch('main', n, header(fetched, 'etag')));
  }
  return round(target, { connections: 32, status: 304, next: () => requests[anyOf(requests.length)] }, ms);
}

function unchangedPush(target, { resources, batch }, ms) {
  const batches = Math.min(10, Math.floor(resources / batch));
  const requests = Array.from({ length: batches }, (_, k) => target.push('main', range(k * batch, batch)));
  let at = 0;
  return round(target, { connections: 1, status: 200, next: () => requests[at++ % batches], count: () => batch }, ms);
}

/** Reads all pages once to know what they hold, then again and again on the clock. */
async function changesPaging(target, { resources }, ms) {
  const pages = [];
  let since;
  for (;;) {
    const request = target.changes('main', { since, limit: 1000 });
    const page = changesPage(await askOnce(target, request));
    if (page.items === 0) break;
    pages.push({ request, items: page.items });
    since = page.token;
    if (pages.length > 200) break;
  }
  const items = pages.reduce((sum, page) => sum + page.items, 0);
  if (target.name === 'headwater' && pages.length <= 200 && items !== resources)
    throw new Error(`the feed of ${resources} resources had ${items} items`);
  let asked = 0;
  let answered = 0;
  return round(
    target,
    {
      connections: 1,
      status: 200,
      next: () => pages[asked++ % pages.length].request,
      count: () => pages[answered++ % pages.length].items,
    },
    ms,
  );
}

async function caughtUpPoll(target, _context, ms) {
  let since;
  if (target.name === 'bare') since = String(Number.MAX_SAFE_INTEGER);
  else since = changesPage(await askOnce(target, target.changes('main', { since: 'now' }))).token;
  const request = target.changes('main', { since });
  return round(target, { connections: 32, status: 200, next: () => request }, ms);
}

export const range = (from, count) => Array.from({ length: count }, (_, i) => from + i);

/** Pushes new items until there are so many; gives a round per ten batches. */
export async function loadByPush(target, { series, from, to, batch }) {
  const rounds = [];
  for (let at = from; at < to;) {
    const batches = Math.min(10, Math.ceil((to - at) / batch));
    const start = at;
    let index = 0;
    const next = () => {
      if (index === batches) return undefined;
      const first = start + index * batch;
      index += 1;
      return target.push(series, range(first, Math.min(batch, to - first)));
    };
    const load = { connections: 1, status: 200, next };
    const { result, cpuMicros } = await withCpu(target, () => repeat(target, load, Number.MAX_SAFE_INTEGER));
    at = Math.min(to, at + batches * batch);
    rounds.push({ ...result, operations: at - start, cpuMicros });
  }
  return rounds;
}

/** @type {readonly Work[]} */
export const works = [
  { name: 'create-1', title: 'create, 1 connection', round: creates(1) },
  { name: 'create-32', title: 'create, 32 connections', must: 400, aim: 200, also: { rate: 1500, p99: 100 }, round: creates(32) },
  {
    name: 'fetch',
    title: 'fetch by id',
    must: 70,
    aim: 45,
    reads: true,
    round: reads((target, { resources }) => target.fetch('main', anyOf(resources))),
  },
  { name: 'fetch-304', title: 'fetch answered 304', must: 50, aim: 30, reads: true, round: notModified },
  {
    name: 'list-small',
    title: 'list of 20, of 1,000',
    must: 300,
    aim: 150,
    onlyHeadwater: true,
    round: reads((target) => target.list('small')),
  },
  { name: 'list', title: 'list of 20, of {n}', must: 300, aim: 150, reads: true, round: reads((target) => target.list('main')) },
  {
    name: 'incoming',
    title: 'incoming links, page of 5',
    must: 150,
    aim: 80,
    onlyHeadwater: true,
    reads: true,
    round: reads((target, { resources }) => target.incoming('main', anyOf(Math.floor(resources / 5)))),
  },
  {
    name: 'outgoing',
    title: 'outgoing links',
    must: 150,
    aim: 80,
    onlyHeadwater: true,
    reads: true,
    round: reads((target, { resources }) => target.outgoing('main', anyOf(resources))),
  },
  { name: 'push-unchanged', title: 'push again, unchanged, per item', must: 60, aim: 35, round: unchangedPush },
  { name: 'changes', title: 'changes, pages of 1,000, per item', must: 15, aim: 8, reads: true, round: changesPaging },
  { name: 'poll', title: 'poll of a caught-up feed', must: 60, aim: 35, reads: true, round: caughtUpPoll },
  {
    name: 'sse',
    title: 'SSE, 200 clients, 200 events/s, per delivery',
    must: 5,
    aim: 1.5,
    round: (target, { fresh }, ms) =>
      fanOutRound(target, { series: 'live', clients: 200, perSecond: 200, ms: Math.max(ms, 2000), numbers: fresh }),
  },
];

/** The push of new items is measured while the data is loaded. */
export const pushNew = { name: 'push-new', title: 'push of 1,000 new, per item', must: 200, aim: 80 };
