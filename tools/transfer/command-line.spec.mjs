import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs a program as `npm run` does, with nothing of our environment. */
function run(program, ...args) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  return { status, stdout, stderr };
}

describe('The command line', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'headwater-transfer-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['export.mjs', ['--outptu', 'x'], /Unknown option '--outptu'/],
    ['export.mjs', ['file'], /Unexpected argument 'file'/],
    ['export.mjs', ['--data-dir', 'a', '--mongo-url', 'mongodb://b'], /not both/],
    ['import.mjs', [], /Name one file/],
    ['import.mjs', ['a', 'b'], /Name one file/],
    ['import.mjs', ['--output', 'a'], /Unknown option '--output'/],
  ])('%s %j is answered with the usage', (program, args, expected) => {
    const { status, stdout, stderr } = run(program, ...args);
    expect(stderr).toMatch(expected);
    expect(stderr).toContain(`npm run ${program.slice(0, 6)} -- `);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('an export of a folder that is not there is refused, and does not make it', () => {
    const missing = join(folder, 'missing');
    expect(run('export.mjs', '--data-dir', missing)).toEqual({
      status: 2,
      stdout: '',
      stderr: `The data in ${missing} cannot be used: there is no such folder.\n`,
    });
    expect(run('export.mjs', '--data-dir', missing).status).toBe(2);
  });

  it('an import of something else is refused, saying what is wrong', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'a,b,c\n1,2,3\n');
    const { status, stderr } = run('import.mjs', '--data-dir', join(folder, 'data'), file);
    expect(stderr).toContain(`${file} is not a whole export: line 1: it is no JSON.`);
    expect(status).toBe(2);
    expect(run('import.mjs', '--data-dir', join(folder, 'data'), join(folder, 'none')).stderr).toBe(
      `${join(folder, 'none')} cannot be read: there is no such file.\n`,
    );
  });
});
