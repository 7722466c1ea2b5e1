import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreUnavailable, type AppendOutcome, type Commit, type NewestCommit, type StreamName } from '@headwater/event-sourcing';
import { MongoRefused } from '../errors.js';
import { Admission, type Load } from './admission.js';
import { endOf, sizeOf } from './commit-document.js';
import type { CommitInserter, Settled } from './insert-commits.js';
import type { EventStoreBounds, EventStoreObserver } from './options.js';
import type { StreamEnds } from './stream-ends.js';

/** A document has at most 16 MiB. */
const LARGEST_COMMIT = 15 * 1024 * 1024;

const NO_OUTCOME: Settled = { status: 'unknown', cause: new Error('The insert did not answer for this commit.') };

interface Waiting {
  readonly commit: Commit;
  readonly bytes: number;
  readonly settle: (outcome: Settled) => void;
}

export interface AppendQueueOptions {
  readonly inserter: CommitInserter;
  readonly ends: StreamEnds;
  readonly newest: (streams: readonly StreamName[]) => Promise<readonly (NewestCommit | undefined)[]>;
  readonly bounds: EventStoreBounds;
  readonly observer: EventStoreObserver;
}

/**
 * Gathers the commits of concurrent callers while an insert is under way, and inserts them together, each with its own outcome. A stream is in a
 * group once: a commit that stands on another one must not be inserted beside it, which may fail.
 */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  /** Waiting for the next group, at most one of each stream. */
  #ready: Waiting[] = [];
  /** Streams of which one is ready or under way, and those that wait behind it. */
  readonly #behind = new Map<StreamName, Waiting[]>();
  readonly #admission: Admission;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
    this.#admission = new Admission({ commits: options.bounds.queuedCommits, bytes: options.bounds.queuedBytes });
  }

  /** What waits or is under way. */
  get load(): Load {
    return this.#admission.load;
  }

  /** @throws StoreUnavailable, StoreOverloaded, MongoRefused: nothing was stored. */
  async append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]> {
    if (this.#closed) throw new StoreUnavailable('The store is closed.');
    const sizes = commits.map(sizeOfSound);
    const load = { commits: commits.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    const store = (): Promise<readonly Settled[]> => Promise.all(commits.map((commit, index) => this.#enqueue(commit, sizes[index] ?? 0)));
    return outcomesOf(await this.#admission.within(load, store));
  }

  /**
   * Does other work on streams, and lets appends to them wait until it is over: the server would let the whole group wait that they are in, as long
   * as a transaction has their places and is not over.
   */
  async holding<Result>(streams: readonly StreamName[], work: () => Promise<Result>): Promise<Result> {
    const held = [...new Set(streams)].filter((stream) => !this.#behind.has(stream));
    for (const stream of held) this.#behind.set(stream, []);
    try {
      return await work();
    } finally {
      for (const stream of held) this.#goOn(stream);
    }
  }

  /** Takes nothing more; resolves when everything that was taken has its outcome. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running !== undefined) await this.#running;
  }

  #enqueue(commit: Commit, bytes: number): Promise<Settled> {
    return new Promise((settle) => {
      const waiting = { commit, bytes, settle };
      const behind = this.#behind.get(commit.stream);
      if (behind === undefined) {
        this.#behind.set(commit.stream, []);
        this.#makeReady(waiting);
      } else behind.push(waiting);
    });
  }

  async #run(): Promise<void> {
    // What arrives in one turn of the event loop is one group.
    await nextTurn();
    while (this.#ready.length > 0) await this.#store(this.#take());
    this.#running = undefined;
  }

  #take(): readonly Waiting[] {
    const { groupCommits, groupBytes } = this.#options.bounds;
    let bytes = 0;
    const end = this.#ready.findIndex((waiting, index) => {
      bytes += waiting.bytes;
      return index > 0 && (index >= groupCommits || bytes > groupBytes);
    });
    return this.#ready.splice(0, end < 0 ? this.#ready.length : end);
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const began = performance.now();
    const sound = await this.#sound(group);
    if (sound.length === 0) return;
    const settled = await this.#options.inserter.insert(sound.map(({ commit }) => commit));
    const appended = sound.filter((_, index) => settled[index]?.status === 'appended').map(({ commit }) => commit);
    sound.forEach((waiting, index) => this.#settle(waiting, settled[index] ?? NO_OUTCOME));
    this.#options.observer.appended?.({
      commits: appended.length,
      partitions: new Set(appended.map(({ partition }) => partition)),
      milliseconds: performance.now() - began,
      queued: this.load.commits,
    });
  }

  /** Those that stand on their stream's end; the others are settled. The store is asked only for streams that were not seen lately. */
  async #sound(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const { ends } = this.#options;
    const failure = await this.#lookUp(group.filter(({ commit }) => ends.standing(commit) === 'unsure').map(({ commit }) => commit.stream));
    const sound: Waiting[] = [];
    for (const waiting of group) {
      const standing = ends.standing(waiting.commit);
      if (standing === 'sound') sound.push(waiting);
      else if (standing === 'unsure' && failure !== undefined) this.#settle(waiting, failure);
      else this.#settle(waiting, { status: 'conflict' });
    }
    return sound;
  }

  async #lookUp(streams: readonly StreamName[]): Promise<Settled | undefined> {
    if (streams.length === 0) return undefined;
    try {
      this.#options.ends.noteNewest(await this.#options.newest(streams));
      return undefined;
    } catch (error) {
      return { status: 'refused', error };
    }
  }

  #settle(waiting: Waiting, outcome: Settled): void {
    const { commit, settle } = waiting;
    if (outcome.status === 'appended') this.#options.ends.note(commit.stream, endOf(commit));
    else if (outcome.status === 'conflict' && outcome.end !== undefined) this.#options.ends.note(commit.stream, outcome.end);
    this.#goOn(commit.stream);
    settle(outcome);
  }

  /** Makes ready what waits behind the work on a stream that is over. */
  #goOn(stream: StreamName): void {
    const next = this.#behind.get(stream)?.shift();
    if (next === undefined) this.#behind.delete(stream);
    else this.#makeReady(next);
  }

  #makeReady(waiting: Waiting): void {
    this.#ready.push(waiting);
    this.#running ??= this.#run();
  }
}

/** Bytes of a commit. @throws RangeError, MongoRefused for one that cannot be stored. */
export function sizeOfSound(commit: Commit): number {
  if (commit.events.length === 0) throw new RangeError(`A commit of ${commit.stream} has no event.`);
  const bytes = sizeOf(commit);
  if (bytes > LARGEST_COMMIT) throw new MongoRefused(`A commit of ${commit.stream} has ${String(bytes)} bytes: too many for one document.`);
  return bytes;
}

/** A call is rejected only where nothing of it was stored; what is not known of some of its commits is said of each of them. */
function outcomesOf(settled: readonly Settled[]): readonly AppendOutcome[] {
  const refused = settled.find((one) => one.status === 'refused');
  if (refused !== undefined && !settled.some(({ status }) => status === 'appended' || status === 'unknown')) throw refused.error;
  return settled.map((one): AppendOutcome => {
    switch (one.status) {
      case 'conflict':
        return { status: 'conflict' };
      case 'refused':
        return { status: 'unknown', cause: one.error };
      case 'appended':
      case 'unknown':
        return one;
    }
  });
}
