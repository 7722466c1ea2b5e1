import { killReport, type KillReport } from '../testing/kill-report.js';

const rounds = 5;

/*
 * Invariants 1, 3, 4, 5 and 6 of design.md under SIGKILL: what was acknowledged is there, revisions have no gap, read models are a fold of
 * the log, feeds skip and repeat nothing, a fetch is never older than the newest acknowledged write. `npm run test:kill` runs 50 rounds.
 */
describe('A service that is killed at random moments', () => {
  let report: KillReport;

  beforeAll(async () => {
    report = await killReport('main.mjs', ['--rounds', String(rounds)], 110_000);
  }, 120_000);

  it('keeps its promises', () => expect(report.violations).toEqual([]));

  it('was under load when it was killed, and was looked at closely', () => {
    expect(report.rounds).toBe(rounds);
    expect(report.acknowledged).toBeGreaterThan(5 * rounds);
    expect(report.revisions).toBeGreaterThan(report.acknowledged);
    expect(report.events).toBeGreaterThan(report.acknowledged);
    expect(report.pages).toBeGreaterThan(2 * rounds);
  });
});
