import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What programs of tools/kill write with `--report`. */
export interface KillReport {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Of the writes without an answer. */
  readonly stored: number;
  readonly absent: number;
  readonly revisions: number;
  readonly events: number;
  readonly pages: number;
  readonly violations: readonly string[];
}

/**
 * Runs such a program to its end.
 *
 * @param program its path below tools/kill @param timeout in milliseconds
 * @throws Error with what it printed, where it came to no report.
 */
export async function killReport<Report extends KillReport = KillReport>(
  program: string,
  args: readonly string[],
  timeout: number,
): Promise<Report> {
  const path = fileURLToPath(new URL(`../../../../tools/kill/${program}`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'headwater-kill-spec-'));
  const file = join(folder, 'report.json');
  try {
    // It exits with 1 where a promise was broken; what was broken is in the report.
    const output = await promisify(execFile)(process.execPath, [path, ...args, '--report', file], { timeout }).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Report;
    } catch (cause) {
      throw new Error(`${output.stdout}\n${output.stderr}`, { cause });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
