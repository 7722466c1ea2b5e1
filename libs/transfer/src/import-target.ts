import type { Receipt, TokenKey } from '@headwater/event-sourcing';
import type { ExportedCommit } from './export-line.js';

/** How much of an export a store has. */
export interface Imported {
  readonly commits: number;
  readonly receipts: number;
}

export interface ImportStart {
  /** Names the export: the digest of its trailer. */
  readonly sha256: string;
  /** The keys that the exported store made its tokens with, the newest first. */
  readonly tokenKeys: readonly TokenKey[];
}

/**
 * A store that an export is read into, which nobody else uses meanwhile.
 *
 * An adapter owes:
 * - from `begin` to `finish` the store is marked: no service starts on it, and nobody exports it (`ImportUnfinished`);
 * - `commits` and `receipts` are durable when they are fulfilled, and after a crash `begin` says how many there are: what of a call is there
 *   is there once, whether or not it is given again;
 * - partitions are chosen anew, and the store keeps its own epoch;
 * - the export's token keys are kept for opening tokens, behind the store's own.
 */
export interface ImportTarget {
  /** Looked at before the file is read, which may take a while. @throws StoreNotEmpty */
  assertImportable(): Promise<void>;
  /**
   * Marks an empty store as one that takes in this export, or finds the mark of an import that was not finished.
   *
   * @returns how much of it is there. @throws StoreNotEmpty, OtherImport, TokenKeyClash
   */
  begin(start: ImportStart): Promise<Imported>;
  /** Stores the next commits; `done` counts all that are in with these. */
  commits(commits: readonly ExportedCommit[], done: Imported): Promise<void>;
  receipts(receipts: readonly Receipt[], done: Imported): Promise<void>;
  /** Everything is in: makes the store one like any other. */
  finish(): Promise<void>;
  close(): Promise<void>;
}
