import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What tools/kill/distributed/main.mjs writes with `--report`. */
interface Report {
  readonly rounds: number;
  /** Writes that were acknowledged during each fault. */
  readonly meanwhile: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly stored: number;
  readonly absent: number;
  readonly revisions: number;
  readonly events: number;
  readonly pages: number;
  readonly violations: readonly string[];
}

const program = fileURLToPath(new URL('../../../../tools/kill/distributed/main.mjs', import.meta.url));
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
  let folder: string;
  let report: Report;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-kill-spec-'));
    const file = join(folder, 'report.json');
    const args = [program, '--rounds', String(rounds), '--faults', faults.join(','), '--report', file];
    // It exits with 1 where a promise was broken; what was broken is in the report.
    const output = await promisify(execFile)(process.execPath, args, { timeout: 50 * MINUTE }).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    try {
      report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    } catch (cause) {
      throw new Error(`${output.stdout}\n${output.stderr}`, { cause });
    }
  }, 51 * MINUTE);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
