import { randomBytes } from 'node:crypto';
import {
  BEFORE_FIRST,
  epoch,
  offset,
  partition,
  revision,
  type Base,
  type Epoch,
  type Offset,
  type Partition,
  type PushId,
  type Revision,
  type StreamName,
} from '../brand.js';
import type { Commit } from '../event.js';
import {
  StoreUnavailable,
  type AppendOutcome,
  type AppendTogetherOutcome,
  type CommitKey,
  type CommitPage,
  type EventStore,
  type NewestCommit,
  type Receipt,
  type TokenKey,
} from '../event-store.js';
import type { Lease, LoggedKey, Outbox, OutboxOverview } from '../outbox.js';
import { partitionOf } from '../partition.js';
import { AnswerLost, Faults } from './faults.js';

type Operation =
  'append' | 'appendTogether' | 'newest' | 'read' | 'commits' | 'receipt' | 'scan' | 'lease' | 'pending' | 'published' | 'waiting';

/** What the store holds at one moment. */
export interface EventStoreSnapshot {
  readonly streams: ReadonlyMap<StreamName, readonly Commit[]>;
  readonly receipts: ReadonlyMap<PushId, Receipt>;
  readonly pending: ReadonlySet<string>;
  readonly published: ReadonlyMap<Partition, Offset>;
}

export interface InMemoryEventStoreOptions {
  readonly partitions?: number;
  /** Commits of a page of `scan`. */
  readonly pageSize?: number;
}

const keyOf = ({ stream, base }: CommitKey): string => `${stream}\n${String(base)}`;
const endOf = (commit: Commit): Revision => revision(commit.base + commit.events.length);
const byKey = (a: CommitKey, b: CommitKey): number => (a.stream === b.stream ? a.base - b.base : a.stream < b.stream ? -1 : 1);
const copyOf = (streams: ReadonlyMap<StreamName, readonly Commit[]>): Map<StreamName, Commit[]> =>
  new Map([...streams].map(([stream, commits]) => [stream, [...commits]]));

/** The event store and its outbox as a plain reading of their ports, with everything that can go wrong between them and a caller. */
export class InMemoryEventStore implements EventStore, Outbox, OutboxOverview {
  readonly faults = new Faults<Operation>();
  readonly #partitions: number;
  readonly #pageSize: number;
  readonly #epoch = epoch(randomBytes(8).toString('hex'));
  readonly #key: TokenKey = { id: 'k1', secret: randomBytes(32) };
  readonly #leases = new Map<Partition, Lease>();
  readonly #present = new Map<string, number>();
  #streams = new Map<StreamName, Commit[]>();
  #receipts = new Map<PushId, Receipt>();
  #pending = new Set<string>();
  #published = new Map<Partition, Offset>();
  /** The store's clock, by which leases end: it stands still until it is told to go on. */
  #now = 0;

  constructor({ partitions = 3, pageSize = 100 }: InMemoryEventStoreOptions = {}) {
    this.#partitions = partitions;
    this.#pageSize = pageSize;
  }

  append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]> {
    return this.faults
      .around('append', () => commits.map((commit): AppendOutcome => ({ status: this.#store(commit) })), unavailable)
      .catch((error: unknown) => commits.map(() => outcomeUnknown(error)));
  }

  appendTogether(commits: readonly Commit[], receipt?: Receipt): Promise<AppendTogetherOutcome> {
    return this.faults.around('appendTogether', () => this.#storeTogether(commits, receipt), unavailable).catch(outcomeUnknown);
  }

  newest(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    return this.faults.around('newest', () => streams.map((stream) => this.#newest(stream)), unavailable);
  }

  read(stream: StreamName, from: Revision, to: Revision): Promise<readonly Commit[]> {
    return this.faults.around(
      'read',
      () => (this.#streams.get(stream) ?? []).filter((commit) => commit.base < to && endOf(commit) >= from),
      unavailable,
    );
  }

  commits(keys: readonly CommitKey[]): Promise<readonly (Commit | undefined)[]> {
    return this.faults.around('commits', () => keys.map((key) => this.#commit(key)), unavailable);
  }

  receipt(push: PushId): Promise<Receipt | undefined> {
    return this.faults.around('receipt', () => this.#receipts.get(push), unavailable);
  }

  scan(after?: string): Promise<CommitPage> {
    return this.faults.around(
      'scan',
      () => {
        const all = this.#sorted();
        const begin = after === undefined ? 0 : all.findIndex((commit) => keyOf(commit) === after) + 1;
        const commits = all.slice(begin, begin + this.#pageSize);
        const last = commits.at(-1);
        return last === undefined || begin + commits.length === all.length ? { commits } : { commits, next: keyOf(last) };
      },
      unavailable,
    );
  }

  async partitionFor(stream: StreamName): Promise<Partition> {
    return partitionOf(stream, this.#partitions);
  }

  async epoch(): Promise<Epoch> {
    return this.#epoch;
  }

  async tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]> {
    return [this.#key];
  }

  lease(of: Partition, holder: string, milliseconds: number): Promise<Lease | undefined> {
    return this.faults.around(
      'lease',
      () => {
        const held = this.#leases.get(of);
        if (held !== undefined && held.holder !== holder && held.expires > this.#now) return undefined;
        const lease = { partition: of, holder, expires: this.#now + milliseconds, published: this.#published.get(of) ?? BEFORE_FIRST };
        this.#leases.set(of, lease);
        return lease;
      },
      unavailable,
    );
  }

  async release({ partition: of, holder }: Lease): Promise<void> {
    if (this.#leases.get(of)?.holder === holder) this.#leases.delete(of);
  }

  pending(of: Partition, after: CommitKey | undefined, limit: number): Promise<readonly Commit[]> {
    return this.faults.around(
      'pending',
      () =>
        this.#pendingIn(of)
          .filter((commit) => after === undefined || byKey(commit, after) > 0)
          .slice(0, limit),
      unavailable,
    );
  }

  published(of: Partition, commits: readonly CommitKey[], upTo: Offset): Promise<void> {
    return this.faults.around(
      'published',
      () => {
        for (const commit of commits) this.#pending.delete(keyOf(commit));
        this.#published.set(of, offset(Math.max(upTo, this.#published.get(of) ?? BEFORE_FIRST)));
      },
      unavailable,
    );
  }

  waiting(): Promise<readonly Partition[]> {
    return this.faults.around('waiting', () => this.partitions.filter((of) => this.#pendingIn(of).length > 0), unavailable);
  }

  async size(limit: number): Promise<number> {
    return Math.min(limit, this.#pending.size);
  }

  async present(holder: string, milliseconds: number): Promise<number> {
    this.#present.set(holder, this.#now + milliseconds);
    return [...this.#present.values()].filter((until) => until > this.#now).length;
  }

  async noted(partitions: readonly Partition[]): Promise<readonly Offset[]> {
    return partitions.map((of) => this.#published.get(of) ?? BEFORE_FIRST);
  }

  async holds(entries: readonly LoggedKey[]): Promise<readonly boolean[]> {
    return entries.map(({ stream, revision: at, event }) =>
      (this.#streams.get(stream) ?? []).some(({ base, events }) => events[at - base - 1]?.id === event.id),
    );
  }

  /** Lets the store's clock go on. */
  elapse(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** The partitions that streams are spread over. */
  get partitions(): readonly Partition[] {
    return Array.from({ length: this.#partitions }, (_, index) => partition(index));
  }

  snapshot(): EventStoreSnapshot {
    return {
      streams: copyOf(this.#streams),
      receipts: new Map(this.#receipts),
      pending: new Set(this.#pending),
      published: new Map(this.#published),
    };
  }

  /** Goes back to an older state, as a store does that was restored from a backup. */
  restore({ streams, receipts, pending, published }: EventStoreSnapshot): void {
    this.#streams = copyOf(streams);
    this.#receipts = new Map(receipts);
    this.#pending = new Set(pending);
    this.#published = new Map(published);
  }

  #pendingIn(of: Partition): readonly Commit[] {
    return this.#sorted().filter((commit) => commit.partition === of && this.#pending.has(keyOf(commit)));
  }

  #store(commit: Commit): 'appended' | 'conflict' {
    if (commit.base !== (this.#newest(commit.stream)?.revision ?? 0)) return 'conflict';
    const commits = this.#streams.get(commit.stream) ?? [];
    commits.push(commit);
    this.#streams.set(commit.stream, commits);
    this.#pending.add(keyOf(commit));
    return 'appended';
  }

  #storeTogether(commits: readonly Commit[], receipt: Receipt | undefined): AppendTogetherOutcome {
    const before = this.snapshot();
    const conflicts = commits.flatMap((commit, index) => (this.#store(commit) === 'conflict' ? [index] : []));
    if (conflicts.length > 0) {
      this.restore(before);
      return { status: 'conflict', conflicts };
    }
    if (receipt !== undefined) this.#receipts.set(receipt.push, receipt);
    return { status: 'appended' };
  }

  #newest(stream: StreamName): NewestCommit | undefined {
    const commit = this.#streams.get(stream)?.at(-1);
    if (commit === undefined) return undefined;
    return { stream, base: commit.base, revision: endOf(commit), partition: commit.partition, after: commit.after };
  }

  #commit({ stream, base }: { readonly stream: StreamName; readonly base: Base }): Commit | undefined {
    return this.#streams.get(stream)?.find((commit) => commit.base === base);
  }

  #sorted(): readonly Commit[] {
    return [...this.#streams.values()].flat().sort(byKey);
  }
}

const unavailable = (): StoreUnavailable => new StoreUnavailable('The store was told to refuse this call.');

/** @throws what is not a lost answer. */
function outcomeUnknown(error: unknown): { readonly status: 'unknown'; readonly cause: unknown } {
  if (error instanceof AnswerLost) return { status: 'unknown', cause: error };
  throw error;
}
