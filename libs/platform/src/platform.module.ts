import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { HeadwaterConfig } from './config.js';
import { Health } from './health/health.js';
import { HealthController } from './health/health.controller.js';
import { LOGGER } from './logging.js';
import { Metrics } from './metrics/metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { StopSignal } from './stop-signal.js';

/** What is made before the application and shared by all of it. */
export interface PlatformParts {
  readonly config: HeadwaterConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly stop: StopSignal;
}

/** Configuration, log, metrics, health: what every feature may ask for. */
@Module({})
export class PlatformModule {
  static of({ config, logger, metrics, health, stop }: PlatformParts): DynamicModule {
    const providers = [
      { provide: HeadwaterConfig, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: Metrics, useValue: metrics },
      { provide: Health, useValue: health },
      { provide: StopSignal, useValue: stop },
    ];
    return { module: PlatformModule, global: true, controllers: [HealthController, MetricsController], providers, exports: providers };
  }
}
