/** npm run verify: see docs/reliability.md. Exits with 0 where all is well, 1 where something differs, 2 where it could not look. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable } from '@headwater/mongo';
import { StoreUnavailable } from '@headwater/event-sourcing';
import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, ImportUnfinished, verifyDataFolder } from '@headwater/sqlite';
import { Auditor } from '../lib/auditor.mjs';
import { linesOf } from './report.mjs';

const usage = `npm run verify -- [--data-dir FOLDER]     (by default HEADWATER_DATA_DIR, or ./data)
npm run verify -- --distributed            (where HEADWATER_MONGO_URL, HEADWATER_KAFKA_BROKERS and their like say)

Checks the event store and the log in themselves, and every read model against a replay of the log: those in the data folder of a service
that is stopped, or those of a distributed service whose projectors are stopped or have caught up while nobody writes.`;

/** What is wrong with what we were asked to look at, rather than with us. */
const known = [
  DataFolderInUse,
  DataFolderTooNew,
  DataFolderUnreadable,
  DatabaseNotPrepared,
  DatabaseTooNew,
  DatabaseUnusable,
  ImportUnfinished,
  StoreUnavailable,
];

process.exitCode = await main();

async function main() {
  const wanted = read(process.argv.slice(2));
  if (wanted === undefined) return 2;
  try {
    const started = performance.now();
    const report = await wanted();
    if (report === undefined) return 2;
    for (const line of linesOf(report)) console.log(line);
    console.log(`It took ${((performance.now() - started) / 1000).toFixed(1)} s.`);
    return report.ok ? 0 : 1;
  } catch (error) {
    if (known.some((one) => error instanceof one) || error.name === 'KafkaUnavailable') return refuse(error.message);
    throw error;
  }
}

/** @param {string[]} args @returns {(() => Promise<import('./report.mjs').Report | undefined>) | undefined} */
function read(args) {
  try {
    const { values } = parseArgs({ args, options: { 'data-dir': { type: 'string' }, distributed: { type: 'boolean', default: false } } });
    return values.distributed
      ? verifyDistributed
      : () => verifyFolder(resolve(values['data-dir'] ?? process.env.HEADWATER_DATA_DIR ?? './data'));
  } catch (error) {
    refuse(`${error.message}\n\n${usage}`);
    return undefined;
  }
}

async function verifyFolder(dataDir) {
  console.log(`Verifying ${dataDir}`);
  // A folder that is not there would be made, and found to be in order.
  if (existsSync(dataDir)) return verifyDataFolder(dataDir);
  refuse(`There is no folder ${dataDir}.`);
  return undefined;
}

async function verifyDistributed() {
  const missing = ['HEADWATER_MONGO_URL', 'HEADWATER_KAFKA_BROKERS'].filter((name) => !process.env[name]);
  if (missing.length > 0) {
    refuse(`${missing.join(' and ')} must say where to look.`);
    return undefined;
  }
  const auditor = await Auditor.open(process.env);
  try {
    console.log(`Verifying the database ${process.env.HEADWATER_MONGO_DATABASE ?? 'headwater'} and its log`);
    return await auditor.verify();
  } finally {
    await auditor.close();
  }
}

function refuse(message) {
  console.error(message);
  return 2;
}
