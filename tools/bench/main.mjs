/** npm run bench: see docs/performance.md. */
import { mkdtempSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, startHeadwater, startProcess, untilReady } from '../lib/service.mjs';
import { folderBytes, memory } from '../lib/process-usage.mjs';
import { item, resource } from './document.mjs';
import { idleCpu } from './load.mjs';
import { Profiler } from './profile.mjs';
import { detailTable, figure, machine, megabytes, verdict, verdictTable } from './report.mjs';
import { median, summary } from './statistics.mjs';
import { Bare, Headwater } from './targets.mjs';
import { loadByPush, pushNew, works } from './works.mjs';

const usage = `npm run bench -- [options]
  --quick            a few seconds per work, 2,000 resources: to see that it runs and roughly where things are
  --resources N      resources to load at first (10,000); the reads are measured again at ten times as many
  --rounds N         rounds per work, of which the median counts (3)
  --seconds N        length of a round (3)
  --only a,b         only these works: ${[pushNew, ...works].map(({ name }) => name).join(', ')}
  --no-growth        not at ten times the data
  --profile          where the service's time goes in each work; its figures are then too high`;

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    resources: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    'no-growth': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (given.help) {
  console.log(usage);
  process.exit(0);
}

const options = {
  resources: Number(given.resources ?? (given.quick ? 2_000 : 10_000)),
  rounds: Number(given.rounds ?? (given.quick ? 1 : 3)),
  ms: Number(given.seconds ?? (given.quick ? 1 : 3)) * 1000,
  only: given.only?.split(',').map((name) => name.trim()),
  grow: !given['no-growth'],
};
const unknown = options.only?.filter((name) => ![pushNew, ...works].some((work) => work.name === name)) ?? [];
if (unknown.length > 0 || !(options.resources >= 1000) || !(options.rounds >= 1) || !(options.ms > 0)) {
  console.error(unknown.length > 0 ? `no such work: ${unknown.join(', ')}\n\n${usage}` : usage);
  process.exit(2);
}

const wanted = (name) => options.only === undefined || options.only.includes(name);
const smallSeries = 1_000;
const batch = 1_000;
const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
const dataDir = join(folder, 'data');
const running = [];

let profiler;
const lines = [];
const started = { at: Date.now() };

async function main() {
  say(`${new Date().toISOString()}, ${machine()}`);
  say(
    `documents of ${resource('main', 4711).length} bytes (pushed as items of ${item('main', 4711).length}), ${options.resources} resources at first, ` +
      `${options.rounds} rounds of ${options.ms / 1000} s, medians; the load comes from this process, on the same processors`,
  );
  const { headwater, bare, port } = await startBoth();
  let fresh = Date.now() * 1000;
  const context = { resources: 0, batch, fresh: () => (fresh += 1) };

  const rss = [['at the start', memory(headwater.service.pid)]];
  await headwater.prepare(['main', 'small', 'writes', 'live']);
  for (const target of [headwater, bare]) target.idle = await idleCpu(target);
  say(`CPU when idle, subtracted below: headwater ${figure(headwater.idle)} us per second, bare ${figure(bare.idle)}`);

  await fill(headwater, bare, context, options.resources);
  await loadByPush(headwater, { series: 'small', from: 0, to: smallSeries, batch });
  rss.push([`${options.resources} resources`, memory(headwater.service.pid)]);
  await measureAll(headwater, bare, context, works);
  rss.push(['after the work', memory(headwater.service.pid)]);

  if (options.grow) {
    await fill(headwater, bare, context, options.resources * 10);
    rss.push([`${options.resources * 10} resources`, memory(headwater.service.pid)]);
    await measureAll(
      headwater,
      bare,
      context,
      works.filter(({ reads }) => reads),
    );
    rss.push(['at the end', memory(headwater.service.pid)]);
  }

  profiler?.close();
  await Promise.all([headwater.service.stop(), bare.service.stop()]);
  const perResource = folderBytes(dataDir) / (context.resources + smallSeries + headwater.created);
  const restart = options.only ? undefined : await secondStart(port);
  report({ rss, perResource, restart });
}

async function startBoth() {
  const [port, barePort] = [await freePort(), await freePort()];
  const inspector = given.profile ? await freePort() : undefined;
  const nodeArgs = inspector ? [`--inspect=127.0.0.1:${inspector}`] : [];
  const service = await startHeadwater({ dataDir, port, log: join(folder, 'headwater.log'), nodeArgs });
  running.push(service);
  const baseline = fileURLToPath(new URL('./baseline.mjs', import.meta.url));
  const bareService = await startProcess([baseline, join(folder, 'bare.db'), String(barePort)], {
    port: barePort,
    log: join(folder, 'bare.log'),
  });
  running.push(bareService);
  if (inspector) profiler = await Profiler.attach(inspector);
  return { headwater: new Headwater(service), bare: new Bare(bareService), port };
}

/** Loads both up to a number of resources; what the pushes cost is a line of its own. */
async function fill(headwater, bare, context, to) {
  const from = context.resources;
  const rounds = {};
  for (const target of [bare, headwater]) {
    const profiled = profiler && target === headwater && wanted(pushNew.name);
    if (profiled) await profiler.start();
    rounds[target.name] = await loadByPush(target, { series: 'main', from, to, batch });
    if (profiled) sayProfile(pushNew.title, await profiler.stop());
  }
  context.resources = to;
  if (!wanted(pushNew.name)) return;
  // The very first pushes also warm the process up; they are in the median of a large load, and are all there is of a small one.
  const ends =
    rounds.headwater.length > 1 ? `, the first 10,000 ${cpuOf(rounds.headwater[0])}, the last ${cpuOf(rounds.headwater.at(-1))}` : '';
  record(pushNew, `${pushNew.title}, ${thousands(from)} to ${thousands(to)}`, { headwater: rounds.headwater, bare: rounds.bare }, ends);
}

const cpuOf = ({ cpuMicros, operations }) => figure(cpuMicros / operations);

async function measureAll(headwater, bare, context, selection) {
  for (const work of selection) {
    if (!wanted(work.name)) continue;
    const targets = work.onlyHeadwater ? [headwater] : [bare, headwater];
    for (const target of targets) await work.round(target, context, Math.min(options.ms, 1000));
    const rounds = { bare: [], headwater: [] };
    const profiles = [];
    for (let round = 0; round < options.rounds; round += 1) {
      for (const target of targets) {
        const profiled = profiler && target === headwater;
        if (profiled) await profiler.start();
        rounds[target.name].push(await work.round(target, context, options.ms));
        if (profiled) profiles.push(await profiler.stop());
      }
    }
    const at = work.reads ? `, at ${thousands(context.resources)}` : '';
    const title = work.title.includes('{n}') ? work.title.replace('{n}', thousands(context.resources)) : `${work.title}${at}`;
    record(work, title, rounds, grossNote(rounds.headwater));
    if (profiles.length > 0) sayProfile(title, profiles[Math.floor(profiles.length / 2)]);
  }
}

/** Of the fan-out: what a delivery costs with the creates that it is made of. */
const grossNote = (rounds) =>
  rounds[0].gross === undefined ? '' : `, with the creates ${figure(median(rounds.map(({ gross, operations }) => gross / operations)))} us`;

function record(work, title, { headwater, bare }, note = '') {
  const line = {
    title,
    must: work.must,
    aim: work.aim,
    also: work.also,
    headwater: summary(headwater),
    ...(bare.length > 0 && { bare: summary(bare) }),
  };
  lines.push(line);
  const beside = line.bare ? ` (bare: ${figure(line.bare.cpu)} us, ${figure(line.bare.rate)}/s)` : '';
  say(`${title}: ${figure(line.headwater.cpu)} us, ${figure(line.headwater.rate)}/s${beside}${note}`);
}

/** From "npm start" on the folder that is there to the first answer that says ready. */
async function secondStart(port) {
  const times = [];
  for (let i = 0; i < 3; i += 1) {
    const env = { ...process.env, HEADWATER_PORT: String(port), HEADWATER_DATA_DIR: dataDir };
    const start = performance.now();
    const child = spawn('npm', ['start'], { env, stdio: 'ignore', detached: true, cwd: fileURLToPath(new URL('../../', import.meta.url)) });
    const exited = once(child, 'exit');
    await untilReady(new URL(`http://127.0.0.1:${port}`), { every: 10, running: () => child.exitCode === null });
    times.push(performance.now() - start);
    // npm, the launcher and the service are one process group.
    process.kill(-child.pid, 'SIGTERM');
    await exited;
  }
  return median(times) / 1000;
}

function report({ rss, perResource, restart }) {
  const payload = item('main', 4711).length;
  say(`\nTook ${Math.round((Date.now() - started.at) / 1000)} s.\n`);
  for (const line of detailTable(lines)) say(line);
  say('');
  for (const [when, { now, peak }] of rss) say(`memory ${when}: ${megabytes(now)}${peak ? ` (at most ${megabytes(peak)} so far)` : ''}`);
  const others = [];
  const [, loaded] = rss.find(([when]) => when === 'after the work');
  const memoryVerdict = verdict(loaded.now <= 300e6, loaded.now <= 200e6);
  others.push([`memory after the work at ${thousands(options.resources)}, MB`, '300', '200', figure(loaded.now / 1e6), memoryVerdict, '-']);
  if (options.grow) {
    const growth = (rss.at(-1)[1].now / loaded.now - 1) * 100;
    others.push(['memory at ten times that, % more', '20', '-', growth.toFixed(1), verdict(growth <= 20, false), '-']);
  }
  if (options.only === undefined) {
    const times = perResource / payload;
    others.push(['disk per resource, x the payload', '12', '6', figure(times), verdict(times <= 12, times <= 6), '-']);
    others.push(['second npm start to ready, s', '2', '1', figure(restart), verdict(restart <= 2, restart <= 1), '-']);
  }
  say('');
  for (const line of verdictTable(lines, others)) say(line);
}

function sayProfile(title, functions) {
  say(`\n  Where the time goes: ${title}`);
  const threads = Map.groupBy(functions, ({ where }) => where.slice(0, where.indexOf(':')));
  const shares = [...threads].map(([thread, own]) => `${thread} ${(own.reduce((sum, { share }) => sum + share, 0) * 100).toFixed(0)} %`);
  say(`  ${shares.join(', ')}; (program) is native code, exec of the writer mostly waiting for the disk`);
  for (const { share, where } of functions.slice(0, 25)) say(`  ${(share * 100).toFixed(1).padStart(5)} %  ${where}`);
  say('');
}

function thousands(n) {
  return new Intl.NumberFormat('en').format(n);
}

function say(line) {
  console.log(line);
}

try {
  await main();
} finally {
  profiler?.close();
  await Promise.all(running.map((service) => service.kill()));
  rmSync(folder, { recursive: true, force: true });
}
