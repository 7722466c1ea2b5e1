import { createHash } from 'node:crypto';
import { UnknownEvent, baseAt, revision, type DomainEvent, type EventCodec, type Receipt } from '@headwater/event-sourcing';
import { ExportInvalid, ExportTooNew } from './errors.js';
import type { ExportFile, FoundLine, Place } from './export-file.js';
import type { ExportIndex } from './export-index.js';
import {
  EXPORT_VERSION,
  MalformedLine,
  decodeLine,
  type ExportCounts,
  type ExportHeader,
  type ExportLine,
  type ExportTrailer,
  type ExportedCommit,
} from './export-line.js';

/** Reads events far enough to know when they happened, and that this release knows them. */
export type EventDecoder = Pick<EventCodec<DomainEvent>, 'decode'>;

export interface CheckedExport {
  readonly header: ExportHeader;
  readonly trailer: ExportTrailer;
}

export interface CheckOptions {
  readonly codec: EventDecoder;
  /** Told how many bytes have been read. */
  progressed?(bytes: number): void;
}

/**
 * Reads an export from its first line to its last and enters it into an index. What it lets pass is whole, as it was written, without a gap
 * in any stream, and of events that this release knows.
 *
 * @throws ExportInvalid, ExportTooNew, ExportUnreadable, UnknownEvent
 */
export async function checkExport(file: ExportFile, index: ExportIndex, options: CheckOptions): Promise<CheckedExport> {
  const check = new Check(file, index, options.codec);
  for await (const line of file.lines()) {
    check.take(line);
    options.progressed?.(line.start + line.length);
  }
  const checked = check.whole();
  await checkReceipts(file, index);
  return checked;
}

/** The lines that have been read. */
class Check {
  readonly #hash = createHash('sha256');
  #line = 0;
  #header: ExportHeader | undefined;
  #trailer: ExportTrailer | undefined;
  #counts: ExportCounts = { receipts: 0, commits: 0, events: 0 };

  constructor(
    private readonly file: ExportFile,
    private readonly index: ExportIndex,
    private readonly codec: EventDecoder,
  ) {}

  take(found: FoundLine): void {
    this.#line += 1;
    if (this.#trailer !== undefined) throw this.#invalid('there is something after the end');
    const line = this.#decoded(found);
    if (line.type === 'end') {
      this.#end(line.trailer);
      return;
    }
    this.#hash.update(found.bytes).update('\n');
    if (line.type === 'header') this.#begin(line.header);
    else if (this.#header === undefined) throw this.#invalid('the header is missing');
    else if (line.type === 'receipt') this.#receipt(found);
    else this.#commit(line.commit, found);
  }

  whole(): CheckedExport {
    if (this.#header === undefined) throw this.#invalid('the file is empty');
    if (this.#trailer === undefined)
      throw this.#invalid('the last line is missing, so the file was cut off. Copy it again, or export again');
    return { header: this.#header, trailer: this.#trailer };
  }

  #begin(header: ExportHeader): void {
    if (this.#header !== undefined) throw this.#invalid('there is a second header');
    if (header.version > EXPORT_VERSION) throw new ExportTooNew(this.file.path, header.version, EXPORT_VERSION);
    this.#header = header;
  }

  #receipt(place: Place): void {
    this.index.addReceipt(place);
    this.#counts = { ...this.#counts, receipts: this.#counts.receipts + 1 };
  }

  #commit(commit: ExportedCommit, { start, length }: Place): void {
    const { stream, base, events } = commit;
    const end = this.index.endOf(stream);
    if (base !== baseAt(end))
      throw this.#invalid(`a commit of ${stream} follows revision ${String(base)}, but the one before ends at ${String(end)}`);
    this.index.addCommit({ stream, base, events: events.length, instant: this.#instantOf(commit), start, length });
    this.#counts = { ...this.#counts, commits: this.#counts.commits + 1, events: this.#counts.events + events.length };
  }

  /** When the commit's first event happened. */
  #instantOf({ stream, base, events }: ExportedCommit): string {
    try {
      const [first] = events.map((event, at) => this.codec.decode(stream, revision(base + 1 + at), event));
      return first?.instant ?? '';
    } catch (error) {
      if (error instanceof UnknownEvent) throw error;
      throw this.#invalid(`an event of ${stream} cannot be read`, error);
    }
  }

  #end(trailer: ExportTrailer): void {
    this.#trailer = trailer;
    const sha256 = this.#hash.digest('hex');
    const { receipts, commits, events } = this.#counts;
    const same = receipts === trailer.receipts && commits === trailer.commits && events === trailer.events && sha256 === trailer.sha256;
    if (!same)
      throw this.#invalid(
        'the lines before the last are not those that were written, so the file was changed. Copy it again, or export again',
      );
  }

  #decoded({ start, length, bytes }: FoundLine): ExportLine {
    try {
      return decodeLine(bytes.toString('utf8'));
    } catch (error) {
      if (!(error instanceof MalformedLine)) throw error;
      const cutOff = this.#header !== undefined && start + length === this.file.size;
      throw this.#invalid(cutOff ? 'the file was cut off in it. Copy it again, or export again' : error.message, error);
    }
  }

  #invalid(reason: string, cause?: unknown): ExportInvalid {
    return new ExportInvalid(this.file.path, Math.max(1, this.#line), reason, { cause });
  }
}

/** A receipt says that everything it names is there. */
async function checkReceipts(file: ExportFile, index: ExportIndex): Promise<void> {
  let line = 1;
  for (const place of index.receipts(0)) {
    line += 1;
    const { written, push } = receiptIn(await file.at(place));
    const missing = written.find((one) => one.revision > index.endOf(one.stream));
    if (missing === undefined) continue;
    throw new ExportInvalid(
      file.path,
      line,
      `the receipt of push ${push} names revision ${String(missing.revision)} of ${missing.stream}, which is not in it`,
    );
  }
}

/** @throws MalformedLine */
export function receiptIn(text: string): Receipt {
  const line = decodeLine(text);
  if (line.type !== 'receipt') throw new MalformedLine('it is no receipt');
  return line.receipt;
}
