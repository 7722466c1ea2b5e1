import type { FeedPosition, LogEntry } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import type { FeedRow } from './feed.projection.js';

/** Global, an organisation, or a project. */
export type FeedScope =
  | { readonly kind: 'global' }
  | { readonly kind: 'organization'; readonly organization: string }
  | ({ readonly kind: 'project' } & ProjectRef);

export interface HistoryPage {
  readonly entries: readonly LogEntry[];
  /** Past everything that was looked at, also what the scope left out. */
  readonly position: FeedPosition;
  /** Whether another event of the scope lies between this page and the upper bound that it was read under; if not, the position is that bound. */
  readonly more: boolean;
}

/** The upper bound of a page: where the feed is now, or for less work where it was, at the earliest, when those were called back who listen. */
export type HistoryBound = 'now' | 'told';

/** An item's newest state and the text of its content as it was sent. */
export interface ChangedItem {
  readonly row: FeedRow;
  readonly source: string;
}

export interface ChangesPage {
  readonly items: readonly ChangedItem[];
  /** Past everything that was looked at, also other projects' items. */
  readonly position: FeedPosition;
  /** Whether another item lies between this page and the upper bound that it was read under; if not, the position is that bound. */
  readonly more: boolean;
}

/** The log is not the one that the position is of: another epoch, another event at its place, or a place that does not exist. Answered 410. */
export class PositionLost extends Error {
  override readonly name = 'PositionLost';
}

/**
 * Reads the feed. Never skips: a page's upper bound per partition is the watermark, read first, and a position never goes back
 * (design.md, invariant 5). Deterministic: the same position and data give the same page.
 */
export interface FeedReader {
  /** Where everything that is in the feed now has been given. */
  head(): Promise<FeedPosition>;
  /** The start of the log: before the first entry of every partition. */
  start(): Promise<FeedPosition>;
  /** @throws PositionLost */
  verify(position: FeedPosition): Promise<void>;
  /** Events of the scope after `after`, in the order of the log. */
  history(scope: FeedScope, after: FeedPosition, limit: number, bound?: HistoryBound): Promise<HistoryPage>;
  /** The newest state of each item that changed after `since`, once, in the order of its newest event. */
  changes(project: ProjectRef, since: FeedPosition, limit: number): Promise<ChangesPage>;
  /** Calls back after the feed has moved on; returns what ends it. */
  onAdvance(listener: () => void): () => void;
}
