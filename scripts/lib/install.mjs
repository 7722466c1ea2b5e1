import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { at, Failure, isFile, pinnedNode, readStamp, root, run, say, writeStamp } from './workspace.mjs';

const stampName = 'installed';

/** Installs what the lock file names, unless that is what node_modules holds already. */
export async function ensureInstalled() {
  const wanted = fingerprint(readFileSync(at('package-lock.json')));
  if (!isInstalled(wanted)) {
    say('installing what package-lock.json names (once; about a minute)');
    // Development dependencies hold the compiler and the pinned Node: they are needed whatever NODE_ENV says.
    const code = await npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
    if (code !== 0) throw new Failure(`npm ci failed (exit code ${code}).`, code);
  }
  await ensurePinnedNode();
  if (readStamp(stampName) !== wanted) writeStamp(stampName, wanted);
}

function fingerprint(lockFile) {
  // Binaries differ by platform: a folder that was copied from elsewhere is not what is wanted here.
  return createHash('sha256').update(lockFile).update(`${process.platform}-${process.arch}`).digest('hex');
}

function isInstalled(wanted) {
  if (readStamp(stampName) === wanted) return true;
  // Somebody ran npm: it leaves its own note of what it installed, written together with the lock file or later.
  const installed = modified(at('node_modules', '.package-lock.json'));
  return installed !== undefined && installed + 2000 >= modified(at('package-lock.json'));
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** The package `node` links its binary in an install script. Where scripts are switched off, it is asked for once more, by name. */
async function ensurePinnedNode() {
  if (!isFile(pinnedNode)) {
    say('installing the pinned Node');
    await npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']);
  }
  if (!isFile(pinnedNode)) {
    throw new Failure(
      'the pinned Node (npm package "node") is not there after the installation. Its install script was probably refused; ' +
        'allow it with "npm rebuild node --ignore-scripts=false" and start again.',
    );
  }
}

/** The version of the Node that will really run, and a refusal where it is not the major version that package.json pins. */
export function assertPinnedNode() {
  const { version: pinned } = JSON.parse(readFileSync(at('node_modules', 'node', 'package.json'), 'utf8'));
  let actual;
  try {
    actual = execFileSync(pinnedNode, ['--version'], { encoding: 'utf8' }).trim();
  } catch (error) {
    throw new Failure(`the pinned Node does not run on this machine: ${error.message}`);
  }
  if (actual !== `v${pinned}`)
    throw new Failure(`node_modules holds Node ${actual} where v${pinned} is pinned; remove node_modules and start again.`);
  return actual;
}

/** Installs what programs need to run, without what builds and tests them. @param {string} folder with the packages of a release */
export async function installRuntime(folder) {
  const code = await npm(['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  if (code !== 0) throw new Failure(`npm ci failed (exit code ${code}).`, code);
}

function npm(args, cwd = root) {
  // Under "npm start" this is the npm that runs us; else the one on the PATH.
  const self = process.env.npm_execpath;
  if (self?.endsWith('.js')) return run(process.execPath, [self, ...args], { cwd });
  return run('npm', args, { cwd, shell: process.platform === 'win32' });
}
