import { checkExport, receiptIn, type CheckedExport, type EventDecoder } from './check-export.js';
import { ExportUnreadable, ImportInterrupted } from './errors.js';
import type { ExportFile } from './export-file.js';
import type { ExportIndex, IndexedCommit } from './export-index.js';
import { decodeLine, type ExportedCommit } from './export-line.js';
import type { Imported, ImportTarget } from './import-target.js';

export interface ImportProgress {
  /** Told how many bytes of the file have been checked. */
  checked?(bytes: number): void;
  /** Told how much is in the store, first of what was there already. */
  stored?(done: Imported, of: Imported): void;
}

export interface ImportOptions {
  readonly file: ExportFile;
  /** An empty one. */
  readonly index: ExportIndex;
  readonly target: ImportTarget;
  readonly codec: EventDecoder;
  readonly progress?: ImportProgress;
  /** Asks it to stop; what is stored by then stays. */
  readonly signal?: AbortSignal;
}

export interface ImportResult extends CheckedExport {
  /** What was there before: from an import that was interrupted. */
  readonly found: Imported;
}

/** What is stored at once. */
const BATCH_COMMITS = 1000;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Reads an export into an empty store, or goes on with what was begun with the same file. Nothing is stored before all of the file was seen
 * to be whole.
 *
 * @throws ExportInvalid, ExportTooNew, ExportUnreadable, UnknownEvent, StoreNotEmpty, OtherImport, TokenKeyClash: nothing was stored.
 * @throws ImportInterrupted, and what the store says: a part may be stored; running it again goes on.
 */
export async function importExport({ file, index, target, codec, progress = {}, signal }: ImportOptions): Promise<ImportResult> {
  await target.assertImportable();
  const checked = await checkExport(file, index, { codec, progressed: (bytes) => progress.checked?.(bytes) });
  const { sha256, commits, receipts } = checked.trailer;
  const found = await target.begin({ sha256, tokenKeys: checked.header.tokenKeys });
  let done = found;
  const advance = async (store: (next: Imported) => Promise<void>, by: Imported): Promise<void> => {
    if (signal?.aborted === true) throw new ImportInterrupted();
    const next = { commits: done.commits + by.commits, receipts: done.receipts + by.receipts };
    await store(next);
    done = next;
    progress.stored?.(done, { commits, receipts });
  };
  progress.stored?.(done, { commits, receipts });
  for (const places of batches(index.commits(found.commits))) {
    const batch = await Promise.all(places.map((place) => commitAt(file, place)));
    await advance((next) => target.commits(batch, next), { commits: batch.length, receipts: 0 });
  }
  for (const places of batches(index.receipts(found.receipts))) {
    const batch = await Promise.all(places.map(async (place) => receiptIn(await file.at(place))));
    await advance((next) => target.receipts(batch, next), { commits: 0, receipts: batch.length });
  }
  await target.finish();
  return { ...checked, found };
}

async function commitAt(file: ExportFile, place: IndexedCommit): Promise<ExportedCommit> {
  const line = decodeLine(await file.at(place));
  if (line.type === 'commit' && line.commit.stream === place.stream && line.commit.base === place.base) return line.commit;
  throw new ExportUnreadable(file.path, 'it was changed while it was read');
}

function* batches<Item extends { readonly length: number }>(items: Iterable<Item>): Generator<readonly Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    batch.push(item);
    bytes += item.length;
    if (batch.length < BATCH_COMMITS && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
