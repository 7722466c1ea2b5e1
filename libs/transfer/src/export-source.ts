import type { Commit, Epoch, Receipt, TokenKey } from '@headwater/event-sourcing';

/**
 * What an export reads: a store that others may write to meanwhile.
 *
 * An adapter owes:
 * - `commits` gives every commit that was acknowledged before it was begun, each stream's in order and without a gap from its first;
 * - `receipts` gives receipts only whose commits a later `commits` gives: what is written meanwhile may be left out, but not a part of it;
 * - both give pages of bounded size, and hold nothing open (a statement, a cursor, a transaction) while the reader has a page in hand;
 * - a store that holds a part of an import only is refused when it is opened, with `ImportUnfinished`.
 */
export interface ExportSource {
  epoch(): Promise<Epoch>;
  tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]>;
  /** How many events there are, about: for showing progress. */
  estimate(): Promise<number>;
  receipts(): AsyncIterable<readonly Receipt[]>;
  commits(): AsyncIterable<readonly Commit[]>;
  close(): Promise<void>;
}
