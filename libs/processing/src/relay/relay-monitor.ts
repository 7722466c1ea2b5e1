import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CommandServiceConfig, Health, HeadwaterConfig, LOGGER, Metrics, type HealthReport } from '@headwater/platform';
import { tell, type NoticeLog } from '../notice.js';
import { OutboxRelay } from './outbox-relay.js';
import { noticesOfRelay } from './relay-alarm.js';
import type { RelayState } from './relay-options.js';

const LOOK_EVERY_MS = 1000;

/**
 * Tells health, metrics and the log how the relay fares. That the log is out of reach is an alarm and no reason to send no more writes: they
 * are kept. That the log has what the store lacks is one, and so is an outbox that takes no more.
 */
@Injectable()
export class RelayMonitor implements OnApplicationBootstrap, OnModuleDestroy {
  #last: RelayState = { held: 0, stopped: new Map(), outbox: 0, oldestMs: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly relay: OutboxRelay,
    @Inject(HeadwaterConfig) private readonly config: Pick<CommandServiceConfig, 'outboxAlarm'>,
    @Inject(LOGGER) private readonly log: NoticeLog,
    health: Health,
    metrics: Metrics,
  ) {
    health.register('relay', () => this.#health());
    const of = (read: (state: RelayState) => number) => () => read(relay.state());
    metrics.gauge(
      'headwater_outbox_commits',
      'Commits that wait for the log, of all partitions.',
      of(({ outbox }) => outbox),
    );
    metrics.gauge(
      'headwater_outbox_oldest_seconds',
      'For how long the longest waiting partition was not published to its end.',
      of(({ oldestMs }) => oldestMs / 1000),
    );
    metrics.gauge(
      'headwater_relay_partitions',
      'Partitions that this process publishes.',
      of(({ held }) => held),
    );
    metrics.gauge(
      'headwater_relay_stopped_partitions',
      'Partitions that are not published until somebody acts.',
      of(({ stopped }) => stopped.size),
    );
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Logs what has changed since the last look. */
  look(): void {
    const now = this.relay.state();
    tell(this.log, noticesOfRelay(this.#last, now, this.config.outboxAlarm));
    this.#last = now;
  }

  #health(): HealthReport {
    const [reason] = this.relay.state().stopped.values();
    if (reason !== undefined) return { status: 'down', reason };
    if (this.relay.full) return { status: 'down', reason: 'Too many commits wait for the log: no more are taken.' };
    return { status: 'up' };
  }
}
