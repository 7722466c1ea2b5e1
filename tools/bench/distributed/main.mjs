/** npm run bench -- --distributed: see docs/performance.md. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Auditor } from '../../lib/auditor.mjs';
import { cpuMicros, memory } from '../../lib/process-usage.mjs';
import { idleCpu } from '../load.mjs';
import { fanOutRound } from '../fanout.mjs';
import { figure, machine, megabytes, table, verdict } from '../report.mjs';
import { percentile, summary } from '../statistics.mjs';
import { Headwater } from '../targets.mjs';
import { loadByPush, works } from '../works.mjs';
import { bareKafka, bareMongo } from './baseline.mjs';
import { createsBesidePush } from './beside-push.mjs';
import { Deployment } from './deployment.mjs';

const usage = `npm run bench -- --distributed [options]
  --quick        a few seconds per work, a backlog of 10,000: to see that it runs and roughly where things are
  --events N     events of the backlog that projectors take (100,000)
  --rounds N     rounds per work, of which the median counts (3)
  --seconds N    length of a round (3)`;

const { values: given } = parseArgs({
  options: {
    distributed: { type: 'boolean', default: true },
    quick: { type: 'boolean', default: false },
    events: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (given.help) {
  console.log(usage);
  process.exit(0);
}
const options = {
  events: Number(given.events ?? (given.quick ? 10_000 : 100_000)),
  rounds: Number(given.rounds ?? (given.quick ? 1 : 3)),
  quick: given.quick,
  ms: Number(given.seconds ?? (given.quick ? 1 : 3)) * 1000,
};
if (!(options.events >= 1000) || !(options.rounds >= 1) || !(options.ms > 0)) {
  console.error(usage);
  process.exit(2);
}

/** The first seconds of a service tell of the compilers of JavaScript: it is given so many of its most expensive work before anything is measured. */
const WARM_UP_MS = 20_000;
/** Resources that reads are measured over. */
const LOADED = 10_000;
const batch = 1000;
const measured = ['create-32', 'fetch', 'fetch-304', 'list', 'incoming', 'outgoing', 'push-unchanged', 'changes', 'poll'];
const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
const say = (line) => console.log(line);
const verdicts = [];
let deployment;
let auditor;

/** @param {string} what @param {number} must @param {number} found @param {'least' | 'most'} bound @param {number} [aim] */
function judge(what, must, found, bound, aim) {
  const holds = (limit) => (bound === 'least' ? found >= limit : found <= limit);
  verdicts.push([
    what,
    `${bound} ${figure(must)}`,
    aim === undefined ? '-' : figure(aim),
    figure(found),
    verdict(holds(must), aim !== undefined && holds(aim)),
  ]);
}

async function main() {
  const started = Date.now();
  say(`${new Date().toISOString()}, ${machine()}`);
  deployment = await Deployment.start(folder);
  auditor = await Auditor.open(deployment.settings);
  const target = new Headwater(deployment.service);
  // A sentinel passes one partition only: what counts is that nothing is left to publish or to apply.
  target.settle = () => auditor.settled();
  await target.prepare(['main', 'writes', 'live', 'backlog', 'beside', 'pushed']);
  target.idle = await idleCpu(target);
  let fresh = Date.now() * 1000;
  const context = { resources: LOADED, batch, fresh: () => (fresh += 1) };

  const bare = [
    ...(await bareKafka(deployment.settings.HEADWATER_KAFKA_BROKERS, LOADED)),
    ...(await bareMongo(deployment.settings.HEADWATER_MONGO_URL, LOADED)),
  ];
  for (const { title, rate, cpu } of bare) say(`bare ${title}: ${figure(rate)}/s, ${figure(cpu)} us of the client`);
  const rows = [['', 'rate /s', 'p50 ms', 'p99 ms', 'cpu us, services']];
  const row = (title, { rate, p50, p99, cpu }) => {
    rows.push([title, figure(rate), figure(p50), figure(p99), figure(cpu)]);
    say(`${title}: ${figure(rate)}/s, p50 ${figure(p50)} ms, p99 ${figure(p99)} ms, ${figure(cpu)} us`);
  };

  await works.find(({ name }) => name === 'create-32').round(target, context, options.quick ? 1000 : WARM_UP_MS);
  row('push of 1,000 new, per item', summary(await loadByPush(target, { series: 'main', from: 0, to: LOADED, batch })));
  for (const name of measured) {
    const work = works.find((one) => one.name === name);
    await work.round(target, context, Math.min(options.ms, 1000));
    const rounds = [];
    for (let round = 0; round < options.rounds; round += 1) rounds.push(await work.round(target, context, options.ms));
    const result = summary(rounds);
    row(work.title.replace('{n}', '10,000'), result);
    if (name === 'create-32') {
      judge('creates acknowledged, /s', 400, result.rate, 'least');
      judge('create p99, ms', 200, result.p99, 'most');
    }
    if (name === 'fetch') judge('fetch through the gateway, /s', 1500, result.rate, 'least');
  }
  await latency(target, context, row);
  await beside(target, context);
  await backlog(target);

  say('');
  for (const line of table(rows)) say(line);
  say('');
  for (const one of [deployment.gateway, deployment.commandService, deployment.projectors[0]])
    say(`memory of ${one.name}: ${megabytes(memory(one.pid).now)}`);
  say(`\nTook ${Math.round((Date.now() - started) / 1000)} s.\n`);
  for (const line of table([['', 'must', 'aim', 'measured', ''], ...verdicts])) say(line);
}

/** From sending a write to seeing its event, at 100 writes a second. */
async function latency(target, { fresh }, row) {
  const result = await fanOutRound(target, {
    series: 'live',
    clients: 5,
    perSecond: 100,
    ms: Math.max(options.ms, 3000) * options.rounds,
    numbers: fresh,
  });
  const [p50, p99] = [percentile(result.latencies, 0.5), percentile(result.latencies, 0.99)];
  row('write to its event, 100 writes/s, 5 clients', {
    rate: result.operations / result.seconds,
    p50,
    p99,
    cpu: result.gross / result.operations,
  });
  judge('write to visible event p50, ms', 60, p50, 'most');
  judge('write to visible event p99, ms', 250, p99, 'most');
}

async function beside(target, context) {
  const { p50, p99, slowest, creates, seconds } = await createsBesidePush(target, context);
  say(
    `creates beside a push of 10,000 (${seconds.toFixed(1)} s): ${creates} creates, p50 ${figure(p50)} ms, p99 ${figure(p99)} ms, slowest ${figure(slowest)} ms`,
  );
  judge('create p99 beside a push of 10,000, ms', 300, p99, 'most');
}

/** How fast projectors take what has gathered while they were stopped. */
async function backlog(target) {
  const { url, pid } = deployment.gateway;
  const stoppedProjectors = { ...target, push: target.push, settle: async () => {}, service: { url, pid } };
  let at = 0;
  for (const count of [1, 2]) {
    await auditor.settled();
    await Promise.all(deployment.projectors.map((projector) => projector.stop()));
    for (const to = at + options.events; at < to; at += batch) {
      const load = { series: 'backlog', from: at, to: at + batch, batch };
      await loadByPush(stoppedProjectors, load);
    }
    await auditor.published();
    const projectors = deployment.projectors.slice(0, count);
    await Promise.all(projectors.map((projector) => projector.start()));
    const { rate, cpu } = await taken(projectors, options.events);
    say(`a backlog of ${options.events} events, ${count} projector(s): ${figure(rate)} events/s, ${figure(cpu)} us of the projectors each`);
    if (count > 1) continue;
    judge('events/s of one projector from a backlog', 1500, rate, 'least', 3000);
    judge('CPU of the projector per event, us', 300, cpu, 'most');
  }
}

/** From the first batch to the last. */
async function taken(projectors, events) {
  const cpu = () => projectors.reduce((sum, { pid }) => sum + cpuMicros(pid), 0);
  let behind = await auditor.behind();
  const all = behind;
  let [since, before] = [performance.now(), cpu()];
  while (behind > 0) {
    await sleep(20);
    const now = await auditor.behind();
    // Until the first batch it joins its group.
    if (now === all) [since, before] = [performance.now(), cpu()];
    behind = now;
  }
  return { rate: (events * 1000) / (performance.now() - since), cpu: (cpu() - before) / events };
}

try {
  await main();
} finally {
  await auditor?.close();
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
}
