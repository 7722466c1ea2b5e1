import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRunFolder } from './run-folder.mjs';

describe('The folder of a run', () => {
  let parent;
  beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'headwater-runs-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is there until it is removed', () => {
    const { path, remove } = makeRunFolder(parent);
    expect(existsSync(path)).toBe(true);
    remove();
    expect(existsSync(path)).toBe(false);
  });

  it('takes what a killed run left away, its servers too, and nothing of a run that goes on', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const stale = join(parent, `headwater-servers-${ended.pid}-abc`);
    const live = join(parent, `headwater-servers-${process.pid}-abc`);
    const other = join(parent, 'somebody-else');
    for (const folder of [stale, live, other]) mkdirSync(folder);
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', join(stale, 'data')]);
    const killed = once(orphan, 'exit');
    await once(orphan, 'spawn');

    makeRunFolder(parent).remove();

    expect(await killed).toEqual([null, 'SIGKILL']);
    expect([stale, live, other].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  });
});
