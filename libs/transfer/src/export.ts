import { createHash } from 'node:crypto';
import { PARTITION_HASH } from '@headwater/event-sourcing';
import { EXPORT_VERSION, encodeLine, type ExportCounts, type ExportLine } from './export-line.js';
import type { ExportSource } from './export-source.js';

/** Lines, and what the last one says of those before it. */
class Lines {
  readonly #hash = createHash('sha256');
  #counts: ExportCounts = { receipts: 0, commits: 0, events: 0 };

  get counts(): ExportCounts {
    return this.#counts;
  }

  add(lines: readonly ExportLine[]): string {
    let { receipts, commits, events } = this.#counts;
    for (const line of lines) {
      if (line.type === 'receipt') receipts += 1;
      if (line.type !== 'commit') continue;
      commits += 1;
      events += line.commit.events.length;
    }
    this.#counts = { receipts, commits, events };
    const text = textOf(lines);
    this.#hash.update(text);
    return text;
  }

  end(): string {
    return textOf([{ type: 'end', trailer: { ...this.#counts, sha256: this.#hash.digest('hex') } }]);
  }
}

const textOf = (lines: readonly ExportLine[]): string => lines.map((line) => `${encodeLine(line)}\n`).join('');

export interface ExportOptions {
  /** When the export begins. */
  readonly now: Date;
  /** Asks it to stop. */
  readonly signal?: AbortSignal;
  /** Told of what has been given out. */
  progressed?(counts: ExportCounts): void;
}

/**
 * The text of an export, in pieces of whole lines: newline-delimited JSON. The next piece is read when it is asked for.
 *
 * Receipts come before the commits: a receipt is stored together with what it names, so what was read of receipts first is complete in what
 * is read of commits after it, however much is written meanwhile.
 */
export async function* exportLines(source: ExportSource, options: ExportOptions): AsyncGenerator<string> {
  const lines = new Lines();
  const header = {
    version: EXPORT_VERSION,
    created: options.now.toISOString(),
    epoch: await source.epoch(),
    partitionHash: PARTITION_HASH,
    tokenKeys: await source.tokenKeys(),
  };
  yield lines.add([{ type: 'header', header }]);
  for await (const page of source.receipts()) {
    yield lines.add(page.map((receipt) => ({ type: 'receipt', receipt })));
    options.progressed?.(lines.counts);
  }
  for await (const page of source.commits()) {
    yield lines.add(page.map((commit) => ({ type: 'commit', commit })));
    options.progressed?.(lines.counts);
  }
  yield lines.end();
}
