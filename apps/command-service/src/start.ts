import type { Logger } from 'pino';
import { Health, Metrics, StopSignal, createHttpApp, createLogger } from '@headwater/platform';
import type { CommandServiceConfig } from '@headwater/platform/config';
import { AppModule } from './app.module.js';
import { observe } from './observation.js';
import { open } from './parts.js';

/** A command-service that serves. */
export interface RunningCommandService {
  /** Where it listens. */
  readonly url: string;
  readonly config: CommandServiceConfig;
  readonly logger: Logger;
  /** Ends it cleanly. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts the command-service in this process. Where something fails, what was started before it is ended again.
 *
 * @throws what `open` does; what the system says of the address.
 */
export async function startCommandService(config: CommandServiceConfig): Promise<RunningCommandService> {
  const logger = createLogger(config.logLevel);
  const metrics = new Metrics();
  const health = new Health();
  const parts = await open(config, logger, metrics);
  let close = (): Promise<void> => parts.close();
  try {
    observe(parts, metrics, health);
    const module = await AppModule.of(parts.ports, parts.relay, config, () => parts.close());
    const app = await createHttpApp([module], { config, logger, metrics, health, stop: new StopSignal() });
    close = () => app.close();
    parts.relay.begin();
    metrics.collectProcess();
    return { url: await app.listen(), config, logger, close };
  } catch (error) {
    await close();
    throw error;
  }
}
