import fc from 'fast-check';
import { partition, type Partition, type ProjectionName } from '../brand.js';
import { AnswerLost, type Pause } from '../in-memory/faults.js';
import type { InMemoryEventLog } from '../in-memory/in-memory-event-log.js';
import type { InMemoryEventStore } from '../in-memory/in-memory-event-store.js';
import type { InMemoryProjectionStore } from '../in-memory/in-memory-projection-store.js';
import { StoreUnavailable } from '../event-store.js';
import { relayPartition, type RelayBounds } from '../relay.js';

/** What chaos is made of: a service's parts, and a way to write. */
export interface ChaosSubject {
  readonly store: InMemoryEventStore;
  readonly log: InMemoryEventLog;
  readonly projections: InMemoryProjectionStore;
  readonly names: readonly ProjectionName[];
  /** A projector with a memory of its own, not prepared yet. */
  newRunner(): ChaosRunner;
  /** Writes something; which of its commands is up to the subject. */
  write(pick: number): Promise<void>;
  /** Re-drives what is parked, for a subject that parks anything. */
  redrive?(): Promise<void>;
}

export interface ChaosRunner {
  prepare(): Promise<void>;
  step(partition: Partition): Promise<number>;
  rebuild(name: ProjectionName): Promise<void>;
}

/** One thing that happens. `pause` stops a relay or projector in the middle: it goes on later with what it knew. */
export type ChaosStep =
  | { readonly kind: 'write'; readonly pick: number }
  | { readonly kind: 'relay'; readonly partition: number; readonly fault: RelayFault }
  | { readonly kind: 'step'; readonly runner: number; readonly partition: number; readonly fault: StepFault }
  | { readonly kind: 'race'; readonly partition: number }
  | { readonly kind: 'restart'; readonly runner: number }
  | { readonly kind: 'rebuild'; readonly runner: number; readonly projection: number }
  | { readonly kind: 'redrive'; readonly partition: number }
  | { readonly kind: 'resume' };

const RELAY_FAULTS = [
  'none',
  'publish lost',
  'publish refused',
  'publish repeated',
  'publish paused',
  'published refused',
  'pending paused',
] as const;
const STEP_FAULTS = ['none', 'commit lost', 'commit refused', 'commit paused', 'load paused', 'read refused'] as const;
type RelayFault = (typeof RELAY_FAULTS)[number];
type StepFault = (typeof STEP_FAULTS)[number];

const RUNNERS = 2;
const BATCH: RelayBounds = { commits: 3, characters: 1e9 };

/** Any sequence of writes, relays, projectors, crashes, races and zombies over three partitions. */
export function chaosScript({
  writes = 1_000_000,
  maxLength = 60,
}: { readonly writes?: number; readonly maxLength?: number } = {}): fc.Arbitrary<readonly ChaosStep[]> {
  const anyPartition = fc.nat(2);
  const anyRunner = fc.nat(RUNNERS - 1);
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('write' as const), pick: fc.nat(writes) }) },
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('relay' as const), partition: anyPartition, fault: fc.constantFrom(...RELAY_FAULTS) }),
      },
      {
        weight: 7,
        arbitrary: fc.record({
          kind: fc.constant('step' as const),
          runner: anyRunner,
          partition: anyPartition,
          fault: fc.constantFrom(...STEP_FAULTS),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('race' as const), partition: anyPartition }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), runner: anyRunner }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), runner: anyRunner, projection: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('redrive' as const), partition: anyPartition }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('resume' as const) }) },
    ),
    { minLength: 5, maxLength, size: 'max' },
  );
}

/** Something that was stopped in the middle. */
interface Zombie {
  readonly pause: Pause;
  readonly work: Promise<void>;
}

/** Lets a script happen to a service. `settle` ends it: everything that was written is in the log and in the read models. */
export class Chaos {
  readonly #subject: ChaosSubject;
  readonly #zombies: Zombie[] = [];
  #runners: ChaosRunner[] = [];

  constructor(subject: ChaosSubject) {
    this.#subject = subject;
  }

  async run(script: readonly ChaosStep[]): Promise<void> {
    this.#runners = await Promise.all(Array.from({ length: RUNNERS }, () => this.#started()));
    for (const step of script) {
      await this.#happen(step);
      this.#subject.store.faults.clear();
      this.#subject.log.faults.clear();
      this.#subject.projections.faults.clear();
    }
  }

  /** Publishes and projects all there is, with zombies still asleep; then wakes these and does so again. Looks at the read models each time. */
  async settle(look: () => void | Promise<void>): Promise<void> {
    await this.#settleOnce();
    await look();
    while (this.#zombies.length > 0) await this.#resume();
    await look();
    await this.#settleOnce();
    await look();
  }

  async #settleOnce(): Promise<void> {
    const { store, log } = this.#subject;
    for (const of of store.partitions) await relayPartition(store, log, of, BATCH);
    const runner = await this.#started();
    // Rebuilds compare all partitions: the last one to catch up is not the last to be looked at.
    for (let rounds = 0; rounds < 2; rounds += 1) for (const of of store.partitions) while ((await runner.step(of)) > 0);
  }

  async #happen(step: ChaosStep): Promise<void> {
    switch (step.kind) {
      case 'write':
        return this.#subject.write(step.pick);
      case 'relay':
        return this.#relay(partition(step.partition), step.fault);
      case 'step':
        return this.#step(step.runner, partition(step.partition), step.fault);
      case 'race':
        await Promise.all(this.#runners.map((runner) => survived(runner.step(partition(step.partition)))));
        return;
      case 'restart':
        this.#runners[step.runner] = await this.#started();
        return;
      case 'rebuild': {
        const { names } = this.#subject;
        const name = names[step.projection % names.length];
        if (name !== undefined) await this.#runners[step.runner]?.rebuild(name);
        return;
      }
      case 'redrive': {
        // In the middle of what a projector does.
        const steps = this.#runners.map((runner) => survived(runner.step(partition(step.partition))));
        await Promise.all([survived(this.#subject.redrive?.() ?? Promise.resolve()), ...steps]);
        return;
      }
      case 'resume':
        return this.#resume();
    }
  }

  async #relay(of: Partition, fault: RelayFault): Promise<void> {
    const { store, log } = this.#subject;
    const relay = (): Promise<void> => survived(relayPartition(store, log, of, BATCH));
    switch (fault) {
      case 'publish paused':
        return this.#untilPaused(log.faults.pause('publish'), relay);
      case 'pending paused':
        return this.#untilPaused(store.faults.pause('pending'), relay);
      case 'publish lost':
        log.faults.loseAnswer('publish');
        return relay();
      case 'publish refused':
        log.faults.refuse('publish');
        return relay();
      case 'publish repeated':
        log.faults.repeat('publish');
        return relay();
      case 'published refused':
        store.faults.refuse('published');
        return relay();
      case 'none':
        return relay();
    }
  }

  async #step(index: number, of: Partition, fault: StepFault): Promise<void> {
    const { log, projections } = this.#subject;
    const runner = this.#runners[index];
    if (runner === undefined) return;
    const step = (): Promise<void> => survived(runner.step(of));
    switch (fault) {
      case 'commit paused':
      case 'load paused':
        await this.#untilPaused(projections.faults.pause(fault === 'commit paused' ? 'commit' : 'load'), step);
        // It sleeps with what it knows; another one takes its place.
        this.#runners[index] = await this.#started();
        return;
      case 'commit lost':
        projections.faults.loseAnswer('commit');
        return step();
      case 'commit refused':
        projections.faults.refuse('commit');
        return step();
      case 'read refused':
        log.faults.refuse('read');
        return step();
      case 'none':
        return step();
    }
  }

  async #started(): Promise<ChaosRunner> {
    const runner = this.#subject.newRunner();
    await runner.prepare();
    return runner;
  }

  async #untilPaused(pause: Pause, begin: () => Promise<void>): Promise<void> {
    const work = begin();
    await Promise.race([work, pause.reached]);
    this.#zombies.push({ pause, work });
  }

  async #resume(): Promise<void> {
    const zombie = this.#zombies.shift();
    zombie?.pause.resume();
    await zombie?.work;
  }
}

/** Whatever was commanded to go wrong is survived; anything else is a fault of the code. */
async function survived(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const commanded =
      error instanceof AnswerLost ||
      error instanceof StoreUnavailable ||
      (error instanceof Error && error.message.includes('told to refuse'));
    if (!commanded) throw error;
  }
}
