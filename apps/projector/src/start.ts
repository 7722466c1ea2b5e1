import type { Logger } from 'pino';
import { Health, Metrics, StopSignal, createHttpApp, createLogger } from '@headwater/platform';
import type { ProjectorConfig } from '@headwater/platform/config';
import { AppModule } from './app.module.js';
import { observe } from './observation.js';
import { open } from './parts.js';

/** A projector that projects. */
export interface RunningProjector {
  /** Where its health and metrics are. */
  readonly url: string;
  readonly config: ProjectorConfig;
  readonly logger: Logger;
  /** Ends it cleanly. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a projector in this process. Where something fails, what was started before it is ended again.
 *
 * @throws what `open` does; what the system says of the address.
 */
export async function startProjector(config: ProjectorConfig): Promise<RunningProjector> {
  const logger = createLogger(config.logLevel);
  const metrics = new Metrics();
  const health = new Health();
  const parts = await open(config, logger, metrics);
  let close = (): Promise<void> => parts.close();
  try {
    observe(parts, metrics, health);
    const app = await createHttpApp([AppModule.of(parts.status, () => parts.close())], {
      config,
      logger,
      metrics,
      health,
      stop: new StopSignal(),
    });
    close = () => app.close();
    // So that read models can be asked, empty as they may be, once it says that it is ready.
    await parts.projector.begin();
    metrics.collectProcess();
    return { url: await app.listen(), config, logger, close };
  } catch (error) {
    await close();
    throw error;
  }
}
