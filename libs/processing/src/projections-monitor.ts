import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Health, LOGGER, Metrics, type HealthReport } from '@headwater/platform';
import { noticesOf, type Notice } from './projections-alarm.js';
import { PROJECTIONS_STATUS, type ProjectionStanding, type ProjectionsState, type ProjectionsStatus } from './projections-status.js';

const LOOK_EVERY_MS = 1000;

/** What is needed of a log. */
type Log = Readonly<Record<Notice['level'], (details: object, message: string) => void>>;

/** Tells health, metrics and the log how the projections fare. Lag is a metric; that they have stopped is an alarm, and not ready. */
@Injectable()
export class ProjectionsMonitor implements OnApplicationBootstrap, OnModuleDestroy {
  #last: ProjectionsState = { projections: [] };
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(PROJECTIONS_STATUS) private readonly status: ProjectionsStatus,
    @Inject(LOGGER) private readonly log: Log,
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
    for (const { level, message, details } of noticesOf(this.#last, now)) this.log[level](details, message);
    this.#last = now;
  }

  async #health(): Promise<HealthReport> {
    const { stopped } = await this.status.state();
    return stopped === undefined ? { status: 'up' } : { status: 'down', reason: stopped };
  }

  async #read(of: (standing: ProjectionStanding) => number): Promise<readonly (readonly [string, number])[]> {
    const { projections } = await this.status.state();
    return projections.map((standing) => [standing.name, of(standing)]);
  }
}
