import type { Revision, StreamName } from '@headwater/event-sourcing';
import type { Place } from './export-file.js';

/** What is known of a commit without reading it again. */
export interface IndexedCommit extends Place {
  readonly stream: StreamName;
  readonly base: number;
}

/**
 * Where each commit of an export stands in its file, and the order in which a store takes them in: by instant, stream and base, as a re-log
 * is ordered (design.md, Epoch of the log), so that readers of the new log see what happened in the order in which it did, and the same
 * whichever way the commits have come. Kept outside of memory, as there is no bound to an export's size.
 *
 * An adapter owes: a stream's commits are given in the order of their bases, also where an instant is before an earlier one of its stream.
 */
export interface ExportIndex {
  /** The stream's revision after the commits that were added; 0 for none. */
  endOf(stream: StreamName): Revision;
  addCommit(commit: IndexedCommit & { readonly events: number; readonly instant: string }): void;
  addReceipt(place: Place): void;
  /** In the order to import them in, without the first ones. Nothing is added any more. */
  commits(skip: number): Iterable<IndexedCommit>;
  /** In the order of the file, without the first ones. */
  receipts(skip: number): Iterable<Place>;
  close(): void;
}
