import type { HealthReport } from '@headwater/platform';
import type { ProjectionStanding, ProjectionsState, ProjectionsStatus } from '../projections-status.js';
import type { Projector } from './projector.js';
import type { ProjectorState } from './projector-options.js';

/** Where projections stand is asked of the log and the read models: not more often than this. */
const ASK_EVERY_MS = 2000;

/** How the projections of a projector fare: what it says itself, and where the read models stand, whoever drives them. */
export class ProjectorStatus implements ProjectionsStatus {
  readonly #projector: Pick<Projector, 'state'>;
  readonly #ask: () => Promise<readonly ProjectionStanding[]>;
  #standings: readonly ProjectionStanding[] | undefined;
  #failing: string | undefined = 'Where the projections stand is not known yet.';
  #asking: Promise<void> | undefined;
  #askedAt = -Infinity;

  /** @param ask where the projections stand now. */
  constructor(projector: Pick<Projector, 'state'>, ask: () => Promise<readonly ProjectionStanding[]>) {
    this.#projector = projector;
    this.#ask = ask;
  }

  async state(): Promise<ProjectionsState> {
    await this.#current();
    const { stopped, stoppedAll, failing = this.#failing } = this.#projector.state();
    const why = stoppedAll ?? reasonOf(stopped);
    return {
      projections: this.#standings ?? [],
      ...(why === undefined ? {} : { stopped: why }),
      ...(failing === undefined ? {} : { failing }),
    };
  }

  /** Whether it could begin: what it needs was there once. That something fails later is told by `state`. */
  async health(): Promise<HealthReport> {
    await this.#current();
    const { begun, failing, stoppedAll } = this.#projector.state();
    if (begun && this.#standings !== undefined) return { status: 'up' };
    return { status: 'down', reason: stoppedAll ?? failing ?? this.#failing ?? 'It has not begun yet.' };
  }

  #current(): Promise<void> {
    if (performance.now() - this.#askedAt >= ASK_EVERY_MS) this.#asking ??= this.#askNow();
    // What is known already is answered at once, while the next is asked for.
    return this.#standings === undefined && this.#asking !== undefined ? this.#asking : Promise.resolve();
  }

  async #askNow(): Promise<void> {
    try {
      this.#standings = await this.#ask();
      this.#failing = undefined;
    } catch (error) {
      this.#failing = error instanceof Error ? error.message : 'Where the projections stand cannot be read.';
    }
    this.#askedAt = performance.now();
    this.#asking = undefined;
  }
}

function reasonOf(stopped: ProjectorState['stopped']): string | undefined {
  const [reason] = stopped.values();
  if (reason === undefined) return undefined;
  return stopped.size === 1 ? reason : `${reason} (So have ${String(stopped.size - 1)} other partitions, each for a reason of its own.)`;
}
