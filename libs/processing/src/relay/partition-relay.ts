import {
  LogTrimmed,
  StoreBehindLog,
  publishCommits,
  reconcile,
  relayPartition,
  type Commit,
  type Lease,
  type Partition,
} from '@headwater/event-sourcing';
import { pauseAfter } from '../work/backoff.js';
import { Pause } from '../work/pause.js';
import type { Slots } from '../work/slots.js';
import { FreshCommits } from './fresh-commits.js';
import { RECONCILE_LIMIT, RETRY_PAUSES, type RelayOptions } from './relay-options.js';
import type { Rounds } from './rounds.js';

/** A lease by the holder's own clock. It counts from before it was asked for, so that it ends here no later than in the store. */
interface Held {
  readonly lease: Lease;
  readonly until: number;
}

/** Of a lease, the part that must be left for a send to begin. */
const LEFT_FOR_A_SEND = 0.1;

/**
 * Publishes one partition, while it holds the lease. One round at a time, so one send in flight. What it does without the lease (it was
 * paused, say) can only repeat (design.md, The outbox).
 */
export class PartitionRelay {
  readonly partition: Partition;
  readonly #options: RelayOptions;
  readonly #rounds: Rounds;
  readonly #slots: Slots;
  readonly #pause = new Pause();
  readonly #fresh: FreshCommits;
  #held: Held | undefined;
  /** Whether what the log has after the noted offset was looked at since the partition was taken. */
  #reconciled = false;
  /** Whether something may be pending that has to be searched for. */
  #wanted = false;
  #leaving = false;
  #busy = false;
  #running: Promise<void> | undefined;
  #failures = 0;
  #failing: unknown;
  #stopped: StoreBehindLog | LogTrimmed | undefined;
  #waitingSince: number | undefined;

  /** @param rounds of all partitions of the relay */
  constructor(partition: Partition, options: RelayOptions, rounds: Rounds, slots: Slots) {
    this.partition = partition;
    this.#options = options;
    this.#fresh = new FreshCommits(options.bounds);
    this.#rounds = rounds;
    this.#slots = slots;
  }

  get held(): boolean {
    return this.#held !== undefined && performance.now() < this.#held.until;
  }

  /** Why it will not be published any more: the log has what the store lacks. */
  get stopped(): StoreBehindLog | LogTrimmed | undefined {
    return this.#stopped;
  }

  /** What the last round failed with, where it did. */
  get failing(): unknown {
    return this.#failing;
  }

  /** For how long it has not been published to its end, in milliseconds. */
  get waitingMs(): number {
    return this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince;
  }

  /** Takes or renews the lease. @returns whether it has it. @throws what the store throws. */
  async take(): Promise<boolean> {
    const { store, holder, leaseMs } = this.#options;
    const asked = performance.now();
    const lease = await store.lease(this.partition, holder, leaseMs);
    // Asked after the answer: where the old lease still counts, nobody else can have had one in between.
    if (!this.held) {
      this.#reconciled = false;
      // Somebody else may have published them.
      this.#fresh.take();
    }
    this.#held = lease === undefined ? undefined : { lease, until: asked + leaseMs };
    // What was appended while nobody relayed the partition was announced to nobody.
    if (lease !== undefined && !this.#reconciled) this.wake();
    return lease !== undefined;
  }

  /** Gives the lease back once no send is in flight. Never rejects: a lease that could not be given back expires. */
  async release(): Promise<void> {
    this.#leaving = true;
    this.#pause.cutShort();
    await this.#running;
    this.#leaving = false;
    const held = this.#held;
    this.#held = undefined;
    this.#waitingSince = undefined;
    this.#fresh.take();
    if (held !== undefined) await this.#options.store.release(held.lease).catch(() => undefined);
  }

  /** This was appended here, just now. */
  appended(commit: Commit): void {
    if (this.#fresh.offer(commit)) this.#begin();
    else this.wake();
  }

  /** Something may be pending. */
  wake(): void {
    this.#wanted = true;
    this.#begin();
  }

  #begin(): void {
    this.#waitingSince ??= performance.now();
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#run();
  }

  /** Nothing is pending: somebody looked. */
  nothingWaits(): void {
    if (!this.#due) this.#waitingSince = undefined;
  }

  get #due(): boolean {
    return this.#wanted || !this.#fresh.isEmpty;
  }

  get #goesOn(): boolean {
    return this.#due && !this.#leaving && this.#stopped === undefined && this.held;
  }

  async #run(): Promise<void> {
    while (this.#goesOn) {
      if (this.#failures > 0) await this.#pause.wait(pauseAfter(this.#failures, RETRY_PAUSES));
      await this.#rounds.next();
      await this.#slots.run(() => this.#round());
    }
    this.#busy = false;
  }

  async #round(): Promise<void> {
    const held = this.#held;
    if (held === undefined || !this.#goesOn) return;
    const began = performance.now();
    // Before the outbox is read: what is announced from here on is for the next round.
    const searched = this.#wanted;
    this.#wanted = false;
    try {
      await this.#publish(held, searched, began);
      this.#rounds.took(performance.now() - began);
      this.#failures = 0;
      this.#failing = undefined;
    } catch (error) {
      this.#wanted = true;
      if (error instanceof StoreBehindLog || error instanceof LogTrimmed) this.#stopped = error;
      else this.#failed(error);
    }
  }

  async #publish({ lease }: Held, searched: boolean, began: number): Promise<void> {
    const { store, log, bounds, observer } = this.#options;
    const maySend = (): boolean => this.#maySend();
    if (!this.#reconciled) await this.#reconcile(lease);
    let published = await publishCommits(store, log, this.partition, this.#fresh.take(), bounds, maySend);
    if (searched) published += await relayPartition(store, log, this.partition, bounds, maySend, (commits) => this.#fresh.found(commits));
    if (published > 0) observer?.published?.(published, performance.now() - began);
    if (!this.#due) this.#waitingSince = undefined;
  }

  /** @throws StoreBehindLog */
  async #reconcile(lease: Lease): Promise<void> {
    const { store, log } = this.#options;
    try {
      await reconcile(store, log, lease, RECONCILE_LIMIT);
    } catch (error) {
      if (!(error instanceof StoreBehindLog)) throw error;
      // Looked at twice: a primary that was just elected may show what a majority had a moment ago, but not after it has renewed the lease.
      if (!(await this.take())) return;
      await reconcile(store, log, lease, RECONCILE_LIMIT);
    }
    this.#reconciled = true;
  }

  #maySend(): boolean {
    const left = (this.#held?.until ?? -Infinity) - performance.now();
    return !this.#leaving && left > LEFT_FOR_A_SEND * this.#options.leaseMs;
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#failing = error;
  }
}
