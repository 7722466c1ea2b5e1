import type { Commit, Partition } from '@headwater/event-sourcing';
import { pauseAfter } from '../work/backoff.js';
import { Repeating } from '../work/repeating.js';
import { Slots } from '../work/slots.js';
import { PartitionRelay } from './partition-relay.js';
import { GATHER_MS, PARALLEL_PARTITIONS, RETRY_PAUSES, type RelayOptions, type RelayState } from './relay-options.js';
import { Rounds } from './rounds.js';

/** Where others append too, it is looked at again this soon after something was found. */
const BUSY_POLL_MS = 20;
/** Questions about leases that are under way at one time. */
const PARALLEL_LEASES = 16;
/** Counting may take this part of the store's time, at most, and is done this often, at most. */
const COUNTING = { share: 0.05, everyMs: 1000 } as const;

/**
 * Publishes what is pending in the outbox, of its share of the partitions: of so many relays each takes so many, and those of one that dies
 * are the others' once its leases have expired. Woken by those who append, and by looking. Where the log is out of reach the outbox grows,
 * and nothing is lost.
 */
export class OutboxRelay {
  readonly #options: RelayOptions;
  readonly #rounds = new Rounds(GATHER_MS);
  readonly #slots = new Slots(PARALLEL_PARTITIONS);
  readonly #leases = new Slots(PARALLEL_LEASES);
  readonly #partitions = new Map<Partition, PartitionRelay>();
  readonly #sharing: Repeating;
  readonly #looking: Repeating;
  readonly #counting: Repeating;
  #failures = 0;
  #holders = 1;
  #outbox = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#sharing = new Repeating(() => this.#share());
    this.#looking = new Repeating(() => this.#look());
    this.#counting = new Repeating(() => this.#count());
  }

  begin(): void {
    this.#sharing.begin();
    this.#looking.begin();
    this.#counting.begin();
  }

  /** These were appended by this process. */
  appended(commits: readonly Commit[]): void {
    for (const commit of commits) {
      const relay = this.#partitions.get(commit.partition);
      if (relay?.held === true) relay.appended(commit);
    }
  }

  /** Something may have been appended to these partitions. */
  announce(partitions: Iterable<Partition>): void {
    for (const partition of partitions) {
      const relay = this.#partitions.get(partition);
      if (relay?.held === true) relay.wake();
    }
  }

  /** Whether so much waits for the log that no more should be taken. */
  get full(): boolean {
    return this.#outbox >= this.#options.outboxMax;
  }

  state(): RelayState {
    const all = [...this.#partitions.values()];
    const held = all.filter((one) => one.held);
    const stopped = new Map(all.flatMap(({ partition, stopped: why }) => (why === undefined ? [] : [[partition, why.message] as const])));
    const failing = held.find((one) => one.failing !== undefined)?.failing;
    return {
      held: held.length,
      stopped,
      ...(failing === undefined ? {} : { failing: failing instanceof Error ? failing.message : 'The reason is not known.' }),
      outbox: this.#outbox,
      oldestMs: Math.max(0, ...held.map((one) => one.waitingMs)),
    };
  }

  /** Sends what is in hand to its end, gives the leases back, and publishes no more. */
  async close(): Promise<void> {
    await Promise.all([this.#sharing.end(), this.#looking.end(), this.#counting.end()]);
    await Promise.all([...this.#partitions.values()].map((one) => one.release()));
    // Those who remain share what was ours at once, rather than when we are missed.
    await this.#options.store.present(this.#options.holder, 0).catch(() => undefined);
  }

  /** Renews what is held, gives back what is more than a fair share, and takes what is free up to it. */
  async #share(): Promise<number> {
    const { store, holder, leaseMs, partitions } = this.#options;
    try {
      const all = await partitions();
      for (const one of all)
        if (!this.#partitions.has(one)) this.#partitions.set(one, new PartitionRelay(one, this.#options, this.#rounds, this.#slots));
      this.#holders = await store.present(holder, leaseMs);
      const share = Math.ceil(all.length / this.#holders);
      const mine = [...this.#partitions.values()].filter((one) => one.stopped === undefined);
      await this.#takeAll(mine.filter((one) => one.held));
      this.#giveBack(share);
      await this.#takeSome(
        mine.filter((one) => !one.held),
        share,
      );
      this.#failures = 0;
      return leaseMs / 3;
    } catch {
      // The store is out of reach. Those who append are told so, and readiness says it; leases that end meanwhile are taken again.
      this.#failures += 1;
      return Math.min(leaseMs / 3, pauseAfter(this.#failures, RETRY_PAUSES));
    }
  }

  async #takeAll(relays: readonly PartitionRelay[]): Promise<void> {
    await Promise.all(relays.map((one) => this.#leases.run(() => one.take())));
  }

  /** Not waited for: a send that is in flight may take longer than a lease lasts, and the others must be renewed. */
  #giveBack(share: number): void {
    const held = this.#held();
    const stopped = held.filter((one) => one.stopped !== undefined);
    const more = held.filter((one) => one.stopped === undefined).slice(share);
    for (const one of [...stopped, ...more]) void one.release();
  }

  /** One after the other, from a place of its own: relays that begin together do not all ask for the same ones. */
  async #takeSome(free: readonly PartitionRelay[], share: number): Promise<void> {
    const first = Math.floor(Math.random() * free.length);
    for (const one of [...free.slice(first), ...free.slice(0, first)]) {
      if (this.#held().length >= share) return;
      await one.take();
    }
  }

  #held(): readonly PartitionRelay[] {
    return [...this.#partitions.values()].filter((one) => one.held);
  }

  /** Wakes the partitions in which something is pending that nobody announced here. */
  async #look(): Promise<number> {
    const { store, pollMs } = this.#options;
    try {
      const waiting = new Set(await store.waiting());
      const held = this.#held();
      for (const one of held) {
        if (waiting.has(one.partition)) one.wake();
        else one.nothingWaits();
      }
      if (waiting.size === 0) this.#outbox = 0;
      const found = held.some(({ partition }) => waiting.has(partition));
      return found && this.#holders > 1 ? Math.min(BUSY_POLL_MS, pollMs) : pollMs;
    } catch {
      return pollMs;
    }
  }

  async #count(): Promise<number> {
    const { store, outboxMax } = this.#options;
    const began = performance.now();
    try {
      this.#outbox = await store.size(outboxMax);
    } catch {
      // What was counted last still counts.
    }
    return Math.max(COUNTING.everyMs, (performance.now() - began) / COUNTING.share);
  }
}
