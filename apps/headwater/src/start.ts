import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { Health, Metrics, StopSignal, createHttpApp, createLogger } from '@headwater/platform';
import type { EmbeddedConfig } from '@headwater/platform/config';
import { AppModule } from './app.module.js';
import { observe } from './store-observation.js';
import { openStore, type OpenedStore } from './store.js';

/** A service that serves. */
export interface Running {
  /** Where it listens. */
  readonly url: string;
  readonly config: EmbeddedConfig;
  readonly dataDir: string;
  readonly logger: Logger;
  /** Ends it cleanly. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts everything in this process. Where something fails, what was started before it is ended again.
 *
 * @param opening the store, where it is being opened already.
 * @throws DataFolderInUse, DataFolderTooNew, DataFolderUnreadable; what the system says of the address.
 */
export async function start(config: EmbeddedConfig, opening: Promise<OpenedStore> = openStore(config)): Promise<Running> {
  const logger = createLogger(config.logLevel);
  const metrics = new Metrics();
  const health = new Health();
  const opened = await opening;
  const { store } = opened;
  let close = (): Promise<void> => store.close();
  try {
    observe(opened, metrics, health);
    const app = await createHttpApp([await AppModule.of(store, config)], { config, logger, metrics, health, stop: new StopSignal() });
    close = () => app.close();
    metrics.collectProcess();
    const url = await app.listen();
    return { url, config, dataDir: resolve(config.dataDir), logger, close };
  } catch (error) {
    await close();
    throw error;
  }
}
