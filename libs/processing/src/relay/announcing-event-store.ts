import {
  StoreOverloaded,
  type AppendOutcome,
  type AppendTogetherOutcome,
  type Commit,
  type CommitKey,
  type CommitPage,
  type Epoch,
  type EventStore,
  type NewestCommit,
  type Partition,
  type PushId,
  type Receipt,
  type Revision,
  type StreamName,
  type TokenKey,
} from '@headwater/event-sourcing';
import type { OutboxRelay } from './outbox-relay.js';

/** An event store that tells the relay of its process of each append, and takes no more where too much waits for the log. */
export class AnnouncingEventStore implements EventStore {
  readonly #store: EventStore;
  readonly #relay: Pick<OutboxRelay, 'announce' | 'appended' | 'full'>;

  constructor(store: EventStore, relay: Pick<OutboxRelay, 'announce' | 'appended' | 'full'>) {
    this.#store = store;
    this.#relay = relay;
  }

  /** @throws StoreUnavailable, StoreOverloaded: nothing was stored. */
  async append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]> {
    this.#mustHaveRoom();
    let outcomes: readonly AppendOutcome[] = [];
    try {
      outcomes = await this.#store.append(commits);
      return outcomes;
    } finally {
      const isAppended = (_commit: Commit, index: number): boolean => outcomes[index]?.status === 'appended';
      this.#relay.appended(commits.filter(isAppended));
      this.#announce(commits.filter((commit, index) => !isAppended(commit, index)));
    }
  }

  /** @throws StoreUnavailable, StoreOverloaded: nothing was stored. */
  async appendTogether(commits: readonly Commit[], receipt?: Receipt): Promise<AppendTogetherOutcome> {
    this.#mustHaveRoom();
    try {
      return await this.#store.appendTogether(commits, receipt);
    } finally {
      // They may be many: the relay reads them in pages.
      this.#announce(commits);
    }
  }

  newest(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    return this.#store.newest(streams);
  }

  read(stream: StreamName, from: Revision, to: Revision): Promise<readonly Commit[]> {
    return this.#store.read(stream, from, to);
  }

  commits(keys: readonly CommitKey[]): Promise<readonly (Commit | undefined)[]> {
    return this.#store.commits(keys);
  }

  receipt(push: PushId): Promise<Receipt | undefined> {
    return this.#store.receipt(push);
  }

  scan(after?: string): Promise<CommitPage> {
    return this.#store.scan(after);
  }

  partitionFor(stream: StreamName): Promise<Partition> {
    return this.#store.partitionFor(stream);
  }

  epoch(): Promise<Epoch> {
    return this.#store.epoch();
  }

  tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]> {
    return this.#store.tokenKeys();
  }

  #mustHaveRoom(): void {
    if (this.#relay.full)
      throw new StoreOverloaded('Too many events wait for the log, which is out of reach or too slow. Nothing was stored.');
  }

  /** Also where the outcome is not known, or a conflict: to look once too often costs little. */
  #announce(commits: readonly Commit[]): void {
    this.#relay.announce(new Set(commits.map(({ partition }) => partition)));
  }
}
