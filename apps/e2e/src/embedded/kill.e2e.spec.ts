import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What tools/kill/main.mjs writes with `--report`. */
interface Report {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly revisions: number;
  readonly events: number;
  readonly pages: number;
  readonly violations: readonly string[];
}

const program = fileURLToPath(new URL('../../../../tools/kill/main.mjs', import.meta.url));
const rounds = 5;

/*
 * Invariants 1, 3, 4, 5 and 6 of design.md under SIGKILL: what was acknowledged is there, revisions have no gap, read models are a fold of
 * the log, feeds skip and repeat nothing, a fetch is never older than the newest acknowledged write. `npm run test:kill` runs 50 rounds.
 */
describe('A service that is killed at random moments', () => {
  let folder: string;
  let report: Report;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-kill-spec-'));
    const file = join(folder, 'report.json');
    const args = [program, '--rounds', String(rounds), '--report', file];
    // It exits with 1 where a promise was broken; what was broken is in the report.
    const output = await promisify(execFile)(process.execPath, args, { timeout: 110_000 }).catch(
      (error: unknown) => error as { stdout: string },
    );
    report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    if (report.rounds < rounds) throw new Error(output.stdout);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps its promises', () => expect(report.violations).toEqual([]));

  it('was under load when it was killed, and was looked at closely', () => {
    expect(report.rounds).toBe(rounds);
    expect(report.acknowledged).toBeGreaterThan(5 * rounds);
    expect(report.revisions).toBeGreaterThan(report.acknowledged);
    expect(report.events).toBeGreaterThan(report.acknowledged);
    expect(report.pages).toBeGreaterThan(2 * rounds);
  });
});
