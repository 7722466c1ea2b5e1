import type { Base, Epoch, EventId, Partition, PushId, Revision, StreamName } from './brand.js';
import type { Commit } from './event.js';

/** What became of one commit. `unknown` is settled by reading `(stream, base)` and comparing event ids, never by deciding again. */
export type AppendOutcome =
  { readonly status: 'appended' } | { readonly status: 'conflict' } | { readonly status: 'unknown'; readonly cause: unknown };

/** What became of commits that are stored together or not at all. `conflicts` are indices into the commits given. */
export type AppendTogetherOutcome =
  | { readonly status: 'appended' }
  | { readonly status: 'conflict'; readonly conflicts: readonly number[] }
  | { readonly status: 'unknown'; readonly cause: unknown };

/** A stream's newest commit without its events. */
export interface NewestCommit {
  readonly stream: StreamName;
  readonly base: Base;
  /** The stream's newest revision, at which the commit ends. */
  readonly revision: Revision;
  readonly partition: Partition;
  readonly after: string;
}

export interface CommitKey {
  readonly stream: StreamName;
  readonly base: Base;
}

/** What a push wrote: kept with it, in the same transaction. */
export interface Receipt {
  readonly push: PushId;
  readonly written: readonly { readonly stream: StreamName; readonly revision: Revision }[];
}

export interface CommitPage {
  readonly commits: readonly Commit[];
  /** Where the next page begins; absent on the last. Opaque to callers. */
  readonly next?: string;
}

/** A secret that tokens are authenticated with. Kept in the store, so that every instance has the same. */
export interface TokenKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/**
 * Where events are kept. An append is the only commit point of a write.
 *
 * An adapter owes:
 * - an `appended` commit is durable, and the next `newest`, `read`, `commits` and `scan` of any instance show it;
 * - `(stream, base)` is unique and revisions have no gap: a commit whose base is not the stream's newest revision is a `conflict`;
 * - of commits given to one `append`, each has its own outcome: one caller's conflict fails nobody else;
 * - `appendTogether` stores all commits and the receipt, or nothing;
 * - a rejected promise means that nothing of the call was stored; what is not known is an `unknown` outcome;
 * - waiting appends are bounded: beyond the bound, `StoreOverloaded` at once.
 */
export interface EventStore {
  /** @throws StoreUnavailable, StoreOverloaded: nothing was stored. */
  append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]>;
  /** All or none, with the receipt. @throws StoreUnavailable, StoreOverloaded: nothing was stored. */
  appendTogether(commits: readonly Commit[], receipt?: Receipt): Promise<AppendTogetherOutcome>;
  /** The newest commit of each stream, in the order asked; undefined for a stream without events. */
  newest(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]>;
  /** The stream's commits that hold a revision from `from` to `to`, both included, in order. */
  read(stream: StreamName, from: Revision, to: Revision): Promise<readonly Commit[]>;
  /** Commits by key, in the order asked. */
  commits(keys: readonly CommitKey[]): Promise<readonly (Commit | undefined)[]>;
  receipt(push: PushId): Promise<Receipt | undefined>;
  /** Pages through every commit, each stream's in order. `after` is a page's `next`. */
  scan(after?: string): Promise<CommitPage>;
  /** The partition that a stream which does not exist yet should be given. */
  partitionFor(stream: StreamName): Promise<Partition>;
  /** The epoch of the log that this store feeds. */
  epoch(): Promise<Epoch>;
  /** All token keys, the current one first; made on first use and read back, so that instances agree. */
  tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]>;
}

/** The event store cannot be asked or cannot write just now; nothing was stored. Answered 503. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The queue of appends is full; nothing was stored. Answered 503 with `Retry-After`. */
export class StoreOverloaded extends Error {
  override readonly name = 'StoreOverloaded';
}

/** It is not known whether a commit was stored, and reading did not settle it. Answered 503, saying so. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  constructor(
    readonly stream: StreamName,
    readonly eventIds: readonly EventId[],
    cause: unknown,
  ) {
    super(`Whether the write to ${stream} was stored is not known: read it before trying again.`, { cause });
  }
}

/** Others kept winning the race for a stream. Answered 503 with `Retry-After`; nothing was stored. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  constructor(
    readonly stream: StreamName,
    readonly base: Base,
  ) {
    super(`${stream} was changed by others at each of the tries, last at revision ${String(base)}.`);
  }
}
