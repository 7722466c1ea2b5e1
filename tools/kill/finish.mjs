import { rmSync, writeFileSync } from 'node:fs';

/**
 * What all rounds have in common, with what ended them early.
 * @param {readonly (Omit<import('./round.mjs').RoundResult, 'killedAfter' | 'killedAtStart'>)[]} results
 * @param {{ seed: number, started: number, broken?: Error, told?: (result: any, violation: string) => string }} rest `told` names a violation's round
 */
export function summed(results, { seed, started, broken, told = (_result, violation) => violation }) {
  const sum = (figure) => results.reduce((total, result) => total + figure(result), 0);
  return {
    rounds: results.length,
    seed,
    seconds: Math.round((performance.now() - started) / 1000),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    stored: sum(({ unanswered }) => unanswered.stored),
    absent: sum(({ unanswered }) => unanswered.absent),
    resources: sum(({ resources }) => resources),
    revisions: sum(({ revisions }) => revisions),
    pages: sum(({ pages }) => pages),
    events: sum(({ events }) => events),
    violations: [
      ...results.flatMap((result) => result.violations.map((violation) => told(result, violation))),
      ...(broken ? [`round ${results.length + 1} ended early: ${broken.message}`] : []),
    ],
  };
}

/**
 * Writes the report that was asked for, keeps the folder where somebody will want to look at it, and sets the exit code.
 * @param {{ violations: readonly string[] }} summary @param {{ report?: string, keep: boolean, folder: string, broken?: Error }} rest
 */
export function finish(summary, { report, keep, folder, broken }) {
  if (report) writeFileSync(report, JSON.stringify(summary));
  if (broken) console.error(broken);
  const failed = summary.violations.length > 0;
  if (failed || keep) console.log(`The data and the output are in ${folder}.`);
  else rmSync(folder, { recursive: true });
  process.exitCode = failed ? 1 : 0;
}
