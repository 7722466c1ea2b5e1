import { ProjectionNewer, type GroupMember, type Offset, type Partition } from '@headwater/event-sourcing';
import { pauseAfter } from '../work/backoff.js';
import { Pause } from '../work/pause.js';
import { Repeating } from '../work/repeating.js';
import { Slots } from '../work/slots.js';
import { PartitionProjector } from './partition-projector.js';
import { REFRESH_EVERY_MS, REPORT_EVERY_MS, TEND_EVERY_MS, type ProjectorOptions, type ProjectorState } from './projector-options.js';

/**
 * Applies the log to the read models, of the partitions that are this process's: as many processes may do so as there are partitions. Which
 * partition is whose saves work and decides nothing; what two of them do at once is settled by the watermarks (design.md, Projections).
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #slots: Slots;
  readonly #tending: Repeating;
  readonly #retry = new Pause();
  readonly #partitions = new Map<Partition, PartitionProjector>();
  /** Those that are not ours any more, until their batch in hand is stored. */
  readonly #leaving = new Map<Partition, Promise<void>>();
  #group: GroupMember | undefined;
  #forgetGroup = (): void => undefined;
  #beginning: Promise<void> | undefined;
  #ended = false;
  #failures = 0;
  #failing: unknown;
  #stopped: Error | undefined;
  #refreshed = 0;
  #reported = 0;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#slots = new Slots(options.parallel);
    this.#tending = new Repeating(() => this.#tend());
  }

  /** Begins, as soon as the read models can be reached. Returns once it has begun, or has to try again. Never rejects. */
  async begin(): Promise<void> {
    const tried = Promise.withResolvers<undefined>();
    this.#beginning ??= this.#begin(() => tried.resolve(undefined));
    await Promise.race([tried.promise, this.#beginning]);
  }

  state(): ProjectorState {
    const all = [...this.#partitions.values()];
    const stopped = new Map(all.flatMap(({ partition, stopped: why }) => (why === undefined ? [] : [[partition, why.message] as const])));
    const failing = this.#failing ?? all.find((one) => one.failing !== undefined)?.failing;
    return {
      begun: this.#group !== undefined,
      assigned: [...this.#partitions.keys()],
      stopped,
      ...(this.#stopped === undefined ? {} : { stoppedAll: this.#stopped.message }),
      ...(failing === undefined ? {} : { failing: failing instanceof Error ? failing.message : 'The reason is not known.' }),
    };
  }

  /** Stores the batches in hand, says how far it has come, and leaves the others its partitions. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#retry.cutShort();
    await this.#beginning;
    this.#forgetGroup();
    const left = Promise.all([...[...this.#partitions.values()].map((one) => one.leave()), ...this.#leaving.values()]);
    await Promise.all([this.#tending.end(), left]);
    await this.#report();
    await this.#group?.leave();
  }

  async #begin(onFailure: () => void): Promise<void> {
    while (!this.#ended && !(await this.#prepared())) {
      onFailure();
      await this.#retry.wait(pauseAfter(this.#failures, this.#options.retry));
    }
    if (this.#ended || this.#stopped !== undefined) return;
    const group = this.#options.join();
    this.#group = group;
    this.#forgetGroup = group.onAssigned(() => this.#assign(group.assigned));
    this.#assign(group.assigned);
    this.#tending.begin();
  }

  /** @returns whether no other try is to be made. */
  async #prepared(): Promise<boolean> {
    try {
      await this.#options.runner.prepare();
      this.#worked();
      return true;
    } catch (error) {
      if (!(error instanceof ProjectionNewer)) this.#failed(error);
      else this.#stopped = error;
      return this.#stopped !== undefined;
    }
  }

  #assign(assigned: readonly Partition[]): void {
    for (const [partition, one] of this.#partitions) if (!assigned.includes(partition)) this.#letGo(partition, one);
    for (const partition of assigned) if (!this.#partitions.has(partition)) this.#take(partition);
  }

  #letGo(partition: Partition, one: PartitionProjector): void {
    this.#partitions.delete(partition);
    const left = one.leave().then(() => {
      if (this.#leaving.get(partition) === left) this.#leaving.delete(partition);
    });
    this.#leaving.set(partition, left);
  }

  #take(partition: Partition): void {
    const one = new PartitionProjector(partition, this.#options, this.#slots);
    this.#partitions.set(partition, one);
    const left = this.#leaving.get(partition);
    if (left === undefined) one.begin();
    // It was ours a moment ago: its batch in hand first.
    else void left.then(() => one.begin());
  }

  /** Looks after what no arrival wakes: rebuilds, and those who watch the group. */
  async #tend(): Promise<number> {
    const now = performance.now();
    if (now - this.#refreshed >= REFRESH_EVERY_MS) {
      this.#refreshed = now;
      await this.#refresh();
    }
    // Whether a copy has caught up everywhere is looked at with each step, and others drive the other partitions.
    if (this.#options.runner.building.size > 0) for (const one of this.#partitions.values()) one.wake();
    if (now - this.#reported >= REPORT_EVERY_MS) {
      this.#reported = now;
      await this.#report();
    }
    return TEND_EVERY_MS;
  }

  async #refresh(): Promise<void> {
    try {
      if (await this.#options.runner.refresh()) for (const one of this.#partitions.values()) one.wake();
    } catch (error) {
      // Anything else is met by the next batch too, which says so.
      if (!(error instanceof ProjectionNewer)) return;
      for (const one of this.#partitions.values()) one.stop(error);
    }
  }

  async #report(): Promise<void> {
    // Nothing rests on it: those who watch the group see it a little later.
    await this.#group?.report(positionsOf([...this.#partitions.values()])).catch(() => undefined);
  }

  #worked(): void {
    this.#failures = 0;
    this.#failing = undefined;
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#failing = error;
  }
}

function positionsOf(partitions: readonly PartitionProjector[]): ReadonlyMap<Partition, Offset> {
  const positions = new Map<Partition, Offset>();
  for (const { partition, position } of partitions) if (position !== undefined) positions.set(partition, position);
  return positions;
}
