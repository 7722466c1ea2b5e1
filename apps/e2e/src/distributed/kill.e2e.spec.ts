import { killReport, type KillReport } from '../testing/kill-report.js';

interface Report extends KillReport {
  /** Writes that were acknowledged during each fault. */
  readonly meanwhile: Readonly<Record<string, number>>;
}

const rounds = 2;
/** What needs nothing of what is down. */
const writesGoOn = ['broker', 'produce-answers', 'projector', 'projector-asleep', 'broker-down'];
const faults = [...writesGoOn, 'mongo-primary', 'mongo', 'command-service', 'relay-asleep', 'gateway'];
const MINUTE = 60_000;

/*
 * Invariants 1 to 6 of design.md while every part in turn is killed, put to sleep, or loses its answers: what was acknowledged is in the
 * store, in the log and once in every read model, read models are a fold of the log, and no reader of the feed or of events missed, repeated
 * or saw out of order. `npm run test:kill -- --distributed` runs ten rounds of each.
 */
describe('A cluster of which every part is killed', () => {
  let report: Report;

  beforeAll(async () => {
    const args = ['--rounds', String(rounds), '--faults', faults.join(',')];
    report = await killReport<Report>('distributed/main.mjs', args, 50 * MINUTE);
  }, 51 * MINUTE);

  it('keeps its promises', () => expect(report.violations).toEqual([]));

  it('was under load, and was looked at closely', () => {
    expect(report.rounds).toBe(rounds * faults.length);
    expect(report.acknowledged).toBeGreaterThan(30 * report.rounds);
    expect(report.revisions).toBeGreaterThan(report.acknowledged);
    expect(report.events).toBeGreaterThan(report.acknowledged);
    expect(report.pages).toBeGreaterThan(2 * report.rounds);
    // Some of the writes were met in the middle.
    expect(report.stored + report.absent).toBeGreaterThan(0);
  });

  it.each(writesGoOn)('takes writes during: %s', (fault) => expect(report.meanwhile[fault]).toBeGreaterThan(0));
});
