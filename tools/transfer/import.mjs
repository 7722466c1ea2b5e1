/** npm run import: see docs/operations.md, Moving. Exits with 0 when everything is in, 1 where it ended in the middle, 2 where it was refused. */
import { parseArgs } from 'node:util';
import { eventCodec } from '@headwater/event-contracts';
import { SqliteExportIndex } from '@headwater/sqlite';
import { ExportFile, importExport } from '@headwater/transfer';
import { onStopAsked } from '../../scripts/lib/stop-signals.mjs';
import { progress } from '../lib/progress.mjs';
import { countsOf } from './counts.mjs';
import { told } from './failures.mjs';
import { openImport } from './stores.mjs';
import { UsageError, nameOf, storeOptions, storeUsage, whichStore } from './which-store.mjs';

const usage = `npm run import -- [--data-dir FOLDER | --mongo-url URL --database NAME] FILE

Reads what npm run export wrote into an empty store. The file is checked first; an import that was interrupted goes on when it is run again.

${storeUsage}`;

/** What is to be done after it. */
const next = {
  folder: 'Start the service: it makes its read models first, and tells how far it is at /metrics.',
  mongo: 'Start the services: they publish what was imported and make read models of it, and tell how far they are at /metrics.',
};

process.exitCode = await told(usage, main);

async function main() {
  const { path, store } = asked();
  const stop = new AbortController();
  const off = onStopAsked(() => {
    // Checking a large file takes a while: whoever asks again does not want to wait, and nothing is lost by not waiting.
    if (stop.signal.aborted) process.exit(1);
    console.error('Stopping. What is stored stays.');
    stop.abort();
  });
  const open = [];
  const opened = (resource) => {
    open.push(resource);
    return resource;
  };
  try {
    const file = opened(await ExportFile.open(path));
    const target = opened(await openImport(store));
    const index = opened(new SqliteExportIndex());
    console.error(`Importing ${path} into ${nameOf(store)}`);
    const { trailer } = await withProgress(file.size, (shown) =>
      importExport({ file, index, target, codec: eventCodec, progress: shown, signal: stop.signal }),
    );
    console.error(`All is in: ${countsOf(trailer)}.`);
    console.error(next[store.kind]);
  } finally {
    off();
    for (const resource of open.reverse()) await resource.close();
  }
}

/** Two bars, one after the other: the file is checked, then its commits are stored. */
async function withProgress(bytes, work) {
  let shown = progress('checked KiB', kibOf(bytes), process.stderr);
  let storing = false;
  const stored = (done, of) => {
    if (!storing) {
      shown.stop();
      if (done.commits > 0) console.error(`   ${done.commits} commits are in already`);
      shown = progress('imported', of.commits + of.receipts, process.stderr);
      storing = true;
    }
    shown.update(done.commits + done.receipts);
  };
  try {
    return await work({ checked: (done) => shown.update(kibOf(done)), stored });
  } finally {
    shown.stop();
  }
}

function kibOf(bytes) {
  return Math.ceil(bytes / 1024);
}

function asked() {
  try {
    const { values, positionals } = parseArgs({ options: storeOptions, allowPositionals: true });
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new UsageError('Name one file that npm run export wrote.');
    return { path, store: whichStore(values, process.env) };
  } catch (error) {
    throw error.code?.startsWith('ERR_PARSE_ARGS') ? new UsageError(error.message) : error;
  }
}
