import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { at, Failure, isFile, readStamp, runTool, say, writeStamp } from './workspace.mjs';

const stampName = 'built';

/** Compiles what changed. Of an unchanged tree only the dates are read, and no compiler is started. */
export async function ensureBuilt({ force = false } = {}) {
  const packages = packageFolders();
  const inputs = fingerprint(packages);
  if (!force && readStamp(stampName) === inputs && packages.every(isBuilt)) return;
  say('building');
  for (const folder of packages) removeOrphans(folder);
  const code = await runTool('typescript/bin/tsc', ['-b', ...(force ? ['--force'] : [])]);
  if (code !== 0) throw new Failure('the build failed.', code);
  writeStamp(stampName, inputs);
}

/** The packages, as the root tsconfig.json lists them. */
export function packageFolders() {
  return JSON.parse(readFileSync(at('tsconfig.json'), 'utf8')).references.map(({ path }) => at(path));
}

/** Of everything the compiler reads: path, size and time of change. */
export function fingerprint(packages, shared = ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json'].map((name) => at(name))) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  for (const path of shared) add(path);
  for (const folder of packages) {
    add(join(folder, 'package.json'));
    add(join(folder, 'tsconfig.json'));
    for (const path of filesOf(join(folder, 'src'))) add(path);
  }
  return hash.digest('hex');
}

function isBuilt(folder) {
  return isFile(join(folder, 'dist', 'tsconfig.tsbuildinfo'));
}

/** What a source file that is gone left in dist: its specs would still run, and its module still resolve. */
export function removeOrphans(folder) {
  const dist = join(folder, 'dist');
  const src = join(folder, 'src');
  for (const path of filesOf(dist)) {
    const output = /^(.+?)(?:\.d)?\.(m?)[jt]s(?:\.map)?$/.exec(path.slice(dist.length));
    if (output && !isFile(`${src}${output[1]}.${output[2]}ts`)) rmSync(path);
  }
}

function filesOf(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)]));
}
