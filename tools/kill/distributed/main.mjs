/** npm run test:kill -- --distributed: see docs/reliability.md. Exits with 1 where a promise was broken. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Auditor } from '../../lib/auditor.mjs';
import { problemsOf } from '../../verify/report.mjs';
import { finish, summed } from '../finish.mjs';
import { randomOf } from '../random.mjs';
import { Cluster } from './cluster.mjs';
import { FAULTS } from './faults.mjs';
import { faultRound } from './round.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    faults: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
    distributed: { type: 'boolean', default: true },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
const names = values.faults?.split(',') ?? FAULTS.map(({ name }) => name);
const faults = names.map((name) => {
  const fault = FAULTS.find((one) => one.name === name);
  if (!fault) throw new Error(`There is no fault ${name}. There are: ${FAULTS.map((one) => one.name).join(', ')}.`);
  return fault;
});
const folder = mkdtempSync(join(tmpdir(), 'headwater-kill-'));
const random = randomOf(seed);
const results = [];
let broken;

console.log(
  `${rounds} rounds of ${faults.length} faults, each round on a cluster of its own, seed ${seed}: load, fault, audit, more load, audit, replay.`,
);
const started = performance.now();
try {
  for (let number = 1; number <= rounds; number += 1) await round(number);
} catch (error) {
  broken = error;
}

/** Every fault once. What comes after a fault is verified with what came before, which is why a cluster does not live on for ever. */
async function round(number) {
  const cluster = await Cluster.start(join(folder, String(number)));
  let auditor;
  try {
    auditor = await Auditor.open(cluster.settings);
    for (const fault of faults) {
      const name = `${fault.name}-${number}`;
      const settle = () => auditor.settled();
      const verify = async () => problemsOf(await auditor.verify());
      const result = await faultRound({ cluster, fault, name, random, settle, verify });
      results.push(result);
      console.log(lineOf(number, result));
      for (const violation of result.violations.slice(0, 20)) console.log(`   ${violation}`);
    }
    const badEnds = await cluster.stopServices();
    results.at(-1).violations.push(...badEnds);
    for (const badEnd of badEnds) console.log(`   ${badEnd}`);
  } finally {
    await auditor?.close();
    await cluster.kill();
  }
}

const meanwhileOf = (name) => results.reduce((sum, result) => sum + (result.fault === name ? result.meanwhile : 0), 0);
const summary = {
  ...summed(results, { seed, started, broken, told: ({ fault }, violation) => `${fault}: ${violation}` }),
  meanwhile: Object.fromEntries(faults.map(({ name }) => [name, meanwhileOf(name)])),
};
console.log(summaryOf(summary));
finish(summary, { ...values, folder, broken });

function lineOf(number, { fault, seconds, acknowledged, meanwhile, unanswered, resources, revisions, pages, events, violations }) {
  return (
    `round ${String(number).padStart(2)}, ${fault.padEnd(16)} ${seconds.toFixed(1).padStart(4)} s: ${acknowledged} writes acknowledged (${meanwhile} during the fault), ` +
    `${unanswered.stored + unanswered.absent} not (${unanswered.stored} of them stored); ${resources} resources, ${revisions} revisions, ${pages} pages, ` +
    `${events} events: ${violations.length === 0 ? 'ok' : `${violations.length} VIOLATIONS`}`
  );
}

function summaryOf(all) {
  return (
    `\n${all.rounds} rounds in ${all.seconds} s: ${all.acknowledged} acknowledged writes, ${all.stored + all.absent} without an answer ` +
    `(${all.stored} stored, ${all.absent} not), ${all.resources} resources with ${all.revisions} revisions audited, ${all.pages} pages of changes and ` +
    `${all.events} events read across the faults. Violations: ${all.violations.length}.`
  );
}
