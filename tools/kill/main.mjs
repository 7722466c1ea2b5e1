/** npm run test:kill: see docs/reliability.md. Exits with 1 where a promise was broken. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { verifyDataFolder } from '@headwater/sqlite';
import { freePort } from '../lib/service.mjs';
import { problemsOf } from '../verify/report.mjs';
import { randomOf } from './random.mjs';
import { killRound } from './round.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
const folder = mkdtempSync(join(tmpdir(), 'headwater-kill-'));
const dataDir = join(folder, 'data');
const random = randomOf(seed);
const results = [];
let broken;

console.log(
  `${rounds} rounds on one folder, seed ${seed}: load, SIGKILL at a random moment, start, audit, more load, audit, SIGTERM, replay.`,
);
const started = performance.now();
try {
  for (let number = 1; number <= rounds; number += 1) {
    const service = { dataDir, port: await freePort(), log: join(folder, 'service.log') };
    const verifyFolder = async () => problemsOf(await verifyDataFolder(dataDir));
    const result = await killRound({ number, random, verifyFolder, service });
    results.push(result);
    console.log(lineOf(number, result));
    for (const violation of result.violations.slice(0, 20)) console.log(`   ${violation}`);
  }
} catch (error) {
  broken = error;
}

const sum = (figure) => results.reduce((total, result) => total + figure(result), 0);
const summary = {
  rounds: results.length,
  seed,
  seconds: Math.round((performance.now() - started) / 1000),
  killedAtStart: results.filter(({ killedAtStart }) => killedAtStart).length,
  acknowledged: sum(({ acknowledged }) => acknowledged),
  stored: sum(({ unanswered }) => unanswered.stored),
  absent: sum(({ unanswered }) => unanswered.absent),
  resources: sum(({ resources }) => resources),
  revisions: sum(({ revisions }) => revisions),
  pages: sum(({ pages }) => pages),
  events: sum(({ events }) => events),
  violations: [
    ...results.flatMap(({ violations }) => violations),
    ...(broken ? [`round ${results.length + 1} ended early: ${broken.message}`] : []),
  ],
};
console.log(summaryOf(summary));
if (values.report) writeFileSync(values.report, JSON.stringify(summary));
if (broken) console.error(broken);
const failed = summary.violations.length > 0;
if (failed || values.keep) console.log(`The data and the service's output are in ${folder}.`);
else rmSync(folder, { recursive: true });
process.exitCode = failed ? 1 : 0;

function lineOf(number, { killedAfter, killedAtStart, acknowledged, unanswered, resources, revisions, pages, events, violations }) {
  return (
    `round ${String(number).padStart(2)}: killed after ${String(killedAfter).padStart(4)} ms${killedAtStart ? ' and again while starting' : ''}, ` +
    `${acknowledged} writes acknowledged, ${unanswered.stored + unanswered.absent} not (${unanswered.stored} of them stored); ` +
    `${resources} resources, ${revisions} revisions, ${pages} pages, ${events} events: ${violations.length === 0 ? 'ok' : `${violations.length} VIOLATIONS`}`
  );
}

function summaryOf(all) {
  return (
    `\n${all.rounds} rounds in ${all.seconds} s, ${all.killedAtStart} with a second kill while starting: ${all.acknowledged} acknowledged writes before the kills, ` +
    `${all.stored + all.absent} without an answer (${all.stored} stored, ${all.absent} not), ${all.resources} resources with ${all.revisions} revisions audited, ` +
    `${all.pages} pages of changes and ${all.events} events read across the kills. Violations: ${all.violations.length}.`
  );
}
