import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { packageFolders } from './build.mjs';
import { copyRelease, isCompiled, isScript } from './release-files.mjs';
import { writeRelease } from './release.mjs';
import { at, pinnedNode, root } from './workspace.mjs';

describe('A release', () => {
  let folder;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-release-'));
    copyRelease(folder);
    install();
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => writeRelease(folder, { node: process.versions.node }));

  it.each(['index.js', 'deep/main.js', 'contexts.json'])('has what runs: %s', (path) => expect(isCompiled(path)).toBe(true));
  it.each(['index.d.ts', 'index.js.map', 'a.spec.js', 'a.contract.js', 'testing/api.js', 'deep/testing/api.js', 'tsconfig.tsbuildinfo'])(
    'has nothing that only tests and compilers read: %s',
    (path) => expect(isCompiled(path)).toBe(false),
  );
  it('has scripts, and not their tests', () => expect(['lib/a.mjs', 'lib/a.spec.mjs', 'a.md'].map(isScript)).toEqual([true, false, false]));

  /** Starts a script of the release, and stops it at its ready line. */
  const startAndStop = async (script, env) => {
    const child = spawn(pinnedNode, [join(folder, 'scripts', script)], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => (printed += chunk));
    child.stdout.on('data', () => printed.includes('is ready') && child.kill('SIGTERM'));
    const [code, signal] = await once(child, 'close');
    return { code, signal, printed };
  };
  /** As npm ci leaves it: packages of others, and links to those of the release. */
  const install = () => {
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, '@headwater'), { recursive: true });
    const foreign = readdirSync(at('node_modules')).filter((name) => name !== '@headwater' && name !== 'node' && !name.startsWith('.'));
    for (const name of foreign) symlinkSync(at('node_modules', name), join(modules, name));
    const packages = packageFolders().map((path) => relative(root, path));
    for (const name of packages) {
      symlinkSync(join(folder, name), join(modules, '@headwater', basename(name)));
      // What one package has of its own: a version that others do not share.
      if (existsSync(at(name, 'node_modules'))) symlinkSync(at(name, 'node_modules'), join(folder, name, 'node_modules'));
    }
  };

  it('starts without sources, becomes the service, and ends with its exit code', async () => {
    expect(existsSync(join(folder, 'apps', 'headwater', 'src'))).toBe(false);
    const ended = await startAndStop('start.mjs', { HEADWATER_PORT: '0', HEADWATER_DATA_DIR: join(folder, 'data') });
    expect(ended).toMatchObject({ code: 0, signal: null, printed: expect.stringContaining('headwater is ready: http://127.0.0.1:') });
    expect(await startAndStop('start.mjs', { HEADWATER_PORT: 'none' })).toMatchObject({ code: 1, signal: null });
  });

  it.each(['start-command-service', 'start-projector', 'start-query-gateway', 'topics'])('has all that %s is made of', async (script) => {
    // Nobody listens there: what it needs is loaded before that can be found out.
    const nowhere = {
      HEADWATER_MONGO_URL: 'mongodb://127.0.0.1:1/?replicaSet=rs0',
      HEADWATER_MONGO_TIMEOUT_MS: '100',
      HEADWATER_PORT: '0',
    };
    const { code, printed } = await startAndStop(`${script}.mjs`, nowhere);
    expect(printed).toContain('MongoDB');
    expect(printed).not.toMatch(/MODULE_NOT_FOUND|Cannot find/);
    expect(code).toBe(1);
  });

  it('refuses another Node than it was built for', async () => {
    writeRelease(folder, { node: '99.0.0' });
    const { code, printed } = await startAndStop('start.mjs', {});
    expect([code, printed]).toEqual([
      1,
      `headwater: this release runs on Node 99 (it was built with 99.0.0); this is Node ${process.versions.node}.\n`,
    ]);
  });
});
