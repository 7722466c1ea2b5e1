import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Health, LOGGER, Metrics, type HealthReport } from '@headwater/platform';
import { tell, type NoticeLog } from './notice.js';
import { noticesOf } from './projections-alarm.js';
import { PROJECTIONS_STATUS, type ProjectionStanding, type ProjectionsState, type ProjectionsStatus } from './projections-status.js';

const LOOK_EVERY_MS = 1000;
/** Tries that fail for this long are no passing trouble: reads of lists and feeds stand still. */
const FAILING_COUNTS_MS = 10_000;

/** Tells health, metrics and the log how the projections fare. Lag is a metric; that they have stopped is an alarm, and not ready. */
@Injectable()
export class ProjectionsMonitor implements OnApplicationBootstrap, OnModuleDestroy {
  #last: ProjectionsState = { projections: [] };
  #failingSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(PROJECTIONS_STATUS) private readonly status: ProjectionsStatus,
    @Inject(LOGGER) private readonly log: NoticeLog,
    health: Health,
    metrics: Metrics,
  ) {
    health.register('projections', () => this.#health());
    metrics.gauges('headwater_projection_lag_entries', 'Entries of the log that a projection has still to apply.', 'projection', () =>
      this.#read(({ lag }) => lag),
    );
    metrics.gauges('headwater_parked_streams', 'Streams of which a projection could not apply an event.', 'projection', () =>
      this.#read(({ parked }) => parked),
    );
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Logs what has changed since the last look. Never rejects: it runs on a timer. */
  async look(): Promise<void> {
    let now: ProjectionsState;
    try {
      now = await this.status.state();
    } catch (error) {
      now = { ...this.#last, failing: error instanceof Error ? error.message : 'Their state cannot be read.' };
    }
    tell(this.log, noticesOf(this.#last, now));
    this.#last = now;
    this.#failingSince = now.failing === undefined ? undefined : (this.#failingSince ?? Date.now());
  }

  async #health(): Promise<HealthReport> {
    const { stopped, failing } = await this.status.state();
    if (stopped !== undefined) return { status: 'down', reason: stopped };
    const since = this.#failingSince ?? Date.now();
    if (failing !== undefined && Date.now() - since >= FAILING_COUNTS_MS) return { status: 'down', reason: failing };
    return { status: 'up' };
  }

  async #read(of: (standing: ProjectionStanding) => number): Promise<readonly (readonly [string, number])[]> {
    const { projections } = await this.status.state();
    return projections.map((standing) => [standing.name, of(standing)]);
  }
}
