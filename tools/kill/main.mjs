/** npm run test:kill: see docs/reliability.md. Exits with 1 where a promise was broken. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { verifyDataFolder } from '@headwater/sqlite';
import { freePort } from '../lib/service.mjs';
import { problemsOf } from '../verify/report.mjs';
import { finish, summed } from './finish.mjs';
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

const summary = {
  ...summed(results, { seed, started, broken }),
  killedAtStart: results.filter(({ killedAtStart }) => killedAtStart).length,
};
console.log(summaryOf(summary));
finish(summary, { ...values, folder, broken });

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
