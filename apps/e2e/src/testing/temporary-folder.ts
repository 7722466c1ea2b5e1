import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestStorage } from './settings.js';

/** A folder that a test may write to. */
export async function temporaryFolder(): Promise<TestStorage> {
  const name = await mkdtemp(join(tmpdir(), 'headwater-'));
  return { name, remove: () => rm(name, { recursive: true, force: true }) };
}
