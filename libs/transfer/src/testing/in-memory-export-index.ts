import { revision, type Revision, type StreamName } from '@headwater/event-sourcing';
import type { Place } from '../export-file.js';
import type { ExportIndex, IndexedCommit } from '../export-index.js';

type Entry = IndexedCommit & { readonly instant: string };

/** The index of an export as a plain reading of its port, for exports that fit into memory. */
export class InMemoryExportIndex implements ExportIndex {
  readonly #streams = new Map<StreamName, { readonly revision: number; readonly instant: string }>();
  readonly #commits: Entry[] = [];
  readonly #receipts: Place[] = [];

  endOf(stream: StreamName): Revision {
    return revision(this.#streams.get(stream)?.revision ?? 0);
  }

  addCommit({ events, instant, ...commit }: IndexedCommit & { readonly events: number; readonly instant: string }): void {
    const before = this.#streams.get(commit.stream)?.instant ?? instant;
    const at = instant < before ? before : instant;
    this.#commits.push({ ...commit, instant: at });
    this.#streams.set(commit.stream, { revision: commit.base + events, instant: at });
  }

  addReceipt({ start, length }: Place): void {
    this.#receipts.push({ start, length });
  }

  commits(skip: number): Iterable<IndexedCommit> {
    return [...this.#commits].sort(inOrder).slice(skip);
  }

  receipts(skip: number): Iterable<Place> {
    return this.#receipts.slice(skip);
  }

  close(): void {
    this.#commits.length = 0;
  }
}

const inOrder = (a: Entry, b: Entry): number =>
  compare(a.instant, b.instant) || Buffer.compare(Buffer.from(a.stream), Buffer.from(b.stream)) || a.base - b.base;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
