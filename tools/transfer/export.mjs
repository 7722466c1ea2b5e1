/** npm run export: see docs/operations.md, Moving. Exits with 0 when the export is whole, 1 where it ended in the middle, 2 where it was refused. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { streamExport, writeExport } from '@headwater/transfer';
import { onStopAsked } from '../../scripts/lib/stop-signals.mjs';
import { progress } from '../lib/progress.mjs';
import { countsOf } from './counts.mjs';
import { told } from './failures.mjs';
import { openExport } from './stores.mjs';
import { UsageError, nameOf, storeOptions, storeUsage, whichStore } from './which-store.mjs';

const usage = `npm run export -- [--data-dir FOLDER | --mongo-url URL --database NAME] [--output FILE]

Writes all commits of a store as lines of JSON, for npm run import, also while the store is served.
Without --output they go to standard output.

${storeUsage}`;

process.exitCode = await told(usage, main);

async function main() {
  const { output, store } = asked();
  const stop = new AbortController();
  const off = onStopAsked(() => stop.abort());
  const source = await openExport(store);
  try {
    console.error(`Exporting ${nameOf(store)}${output === undefined ? '' : ` to ${output}`}`);
    const counts = await write(source, output, stop.signal);
    console.error(`All is out: ${countsOf(counts)}.`);
    console.error('The export holds every document, and the secrets that tokens are made with: keep it as the store is kept.');
  } finally {
    off();
    await source.close();
  }
}

/** @returns {Promise<import('@headwater/transfer').ExportCounts>} */
async function write(source, output, signal) {
  const shown = progress('exported', await source.estimate(), process.stderr);
  let counts = { receipts: 0, commits: 0, events: 0 };
  const progressed = (now) => {
    counts = now;
    shown.update(now.events);
  };
  const options = { now: new Date(), progressed, signal };
  try {
    await (output === undefined ? streamExport(source, process.stdout, options) : writeExport(source, output, options));
    return counts;
  } finally {
    shown.stop();
  }
}

function asked() {
  try {
    const { values } = parseArgs({ options: { ...storeOptions, output: { type: 'string', short: 'o' } } });
    const { output } = values;
    if (output === undefined && process.stdout.isTTY)
      throw new UsageError('Name a file with --output: an export is not for reading on a terminal.');
    return { store: whichStore(values, process.env), output: output === undefined ? undefined : resolve(output) };
  } catch (error) {
    throw error.code?.startsWith('ERR_PARSE_ARGS') ? new UsageError(error.message) : error;
  }
}
