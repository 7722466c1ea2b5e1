import { MalformedMessage } from '@headwater/event-contracts';
import { BEFORE_FIRST, Fork, Gap, LogTrimmed, ProjectionNewer, UnknownEvent, type Offset, type Partition } from '@headwater/event-sourcing';
import { pauseAfter } from '../work/backoff.js';
import { Pause } from '../work/pause.js';
import type { Slots } from '../work/slots.js';
import { TAIL_MS, type ProjectorOptions } from './projector-options.js';

/** What no retry mends: somebody has to look, or to upgrade this service. */
const STOPPING = [Gap, Fork, LogTrimmed, UnknownEvent, ProjectionNewer, MalformedMessage];

/** Of the events that a batch may have: the bound of bytes ends one with as few, where events are large. */
const LARGE_BATCH = 1 / 8;

/**
 * Drives the projections along one partition, batch by batch, while it is assigned to this process. What stops it stops no other; what can be
 * tried again is tried again, ever more slowly.
 */
export class PartitionProjector {
  readonly partition: Partition;
  readonly #options: ProjectorOptions;
  readonly #slots: Slots;
  readonly #pause = new Pause();
  /** There may be something to apply. */
  #wanted = true;
  #cutShort = (): void => undefined;
  #leaving = false;
  #running: Promise<void> | undefined;
  #failures = 0;
  #failing: unknown;
  #stopped: Error | undefined;
  #position: Offset | undefined;

  constructor(partition: Partition, options: ProjectorOptions, slots: Slots) {
    this.partition = partition;
    this.#options = options;
    this.#slots = slots;
  }

  /** Up to and including which everything is applied; undefined before the first step, and where it has stopped. */
  get position(): Offset | undefined {
    return this.#stopped === undefined ? this.#position : undefined;
  }

  get stopped(): Error | undefined {
    return this.#stopped;
  }

  get failing(): unknown {
    return this.#failing;
  }

  /** Begins where the partition stands: others may have driven it since it was last ours. */
  begin(): void {
    if (this.#leaving) return;
    this.#options.runner.forget(this.partition);
    this.#running ??= this.#run();
  }

  /** There may be something to apply that no arrival tells of. */
  wake(): void {
    this.#wanted = true;
    this.#cutShort();
  }

  /** Stops it for good. */
  stop(error: Error): void {
    this.#stopped ??= error;
  }

  /** Returns once the batch in hand is stored, or was given up. Nothing more is applied. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#pause.cutShort();
    this.#cutShort();
    await this.#running;
  }

  get #goesOn(): boolean {
    return !this.#leaving && this.#stopped === undefined;
  }

  async #run(): Promise<void> {
    while (this.#goesOn) {
      if (this.#failures > 0) await this.#pause.wait(pauseAfter(this.#failures, this.#options.retry));
      if (this.#wanted) await this.#slots.run(() => this.#step());
      else await this.#wait();
    }
  }

  /** Waits at the end of the partition. */
  async #wait(): Promise<void> {
    const after = new Map([[this.partition, this.#position ?? BEFORE_FIRST]]);
    // A promise of its own for each wait, so that nothing gathers on one that is never resolved.
    const cut = new Promise<readonly Partition[]>((resolve) => {
      this.#cutShort = () => resolve([]);
    });
    try {
      const arrived = await Promise.race([this.#options.tail.arrivals(after, TAIL_MS), cut]);
      if (arrived.length > 0) this.#wanted = true;
      this.#worked();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #step(): Promise<void> {
    if (!this.#goesOn) return;
    const { runner, batchEvents, observer } = this.#options;
    // Before the log is read: what arrives from here on may be for the next step.
    this.#wanted = false;
    const began = performance.now();
    try {
      const applied = await runner.step(this.partition);
      if (applied > 0) observer?.applied?.(applied, performance.now() - began);
      this.#position = await runner.position(this.partition);
      // A large batch ended at a bound, mostly: the log is read on from there. A small one ended at the end, or the tail knows that there is more.
      if (applied >= batchEvents * LARGE_BATCH || (applied > 0 && runner.building.size > 0)) this.#wanted = true;
      this.#worked();
    } catch (error) {
      this.#wanted = true;
      if (this.#stopsAt(error)) this.#stopped = error;
      else this.#failed(error);
    }
  }

  #stopsAt(error: unknown): error is Error {
    return error instanceof Error && (STOPPING.some((kind) => error instanceof kind) || this.#options.stopsAt?.(error) === true);
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
