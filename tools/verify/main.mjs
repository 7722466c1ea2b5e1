/** npm run verify: see docs/reliability.md. Exits with 0 where all is well, 1 where something differs, 2 where it could not look. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, verifyDataFolder } from '@headwater/sqlite';
import { linesOf } from './report.mjs';

const usage = `npm run verify -- [--data-dir FOLDER]     (by default HEADWATER_DATA_DIR, or ./data)

Checks the data folder of a service that is stopped: the log in itself, and every read model against a replay of the log.`;

process.exitCode = await main();

async function main() {
  const dataDir = folderOf(process.argv.slice(2));
  if (dataDir === undefined) return 2;
  console.log(`Verifying ${dataDir}`);
  // A folder that is not there would be made, and found to be in order.
  if (!existsSync(dataDir)) return refuse(`There is no folder ${dataDir}.`);
  try {
    const started = performance.now();
    const report = await verifyDataFolder(dataDir);
    for (const line of linesOf(report)) console.log(line);
    console.log(`It took ${((performance.now() - started) / 1000).toFixed(1)} s.`);
    return report.ok ? 0 : 1;
  } catch (error) {
    if (error instanceof DataFolderInUse || error instanceof DataFolderTooNew || error instanceof DataFolderUnreadable)
      return refuse(error.message);
    throw error;
  }
}

/** @param {string[]} args @returns {string | undefined} */
function folderOf(args) {
  try {
    const { values } = parseArgs({ args, options: { 'data-dir': { type: 'string' } } });
    return resolve(values['data-dir'] ?? process.env.HEADWATER_DATA_DIR ?? './data');
  } catch (error) {
    refuse(`${error.message}\n\n${usage}`);
    return undefined;
  }
}

function refuse(message) {
  console.error(message);
  return 2;
}
