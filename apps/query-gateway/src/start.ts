import type { Logger } from 'pino';
import { MongoProjectionStore, connectMongo, mongoReadModels, openMongoEventStore, type MongoDatabase } from '@headwater/mongo';
import { Health, Metrics, StopSignal, createHttpApp, createLogger } from '@headwater/platform';
import type { GatewayConfig } from '@headwater/platform/config';
import { AppModule } from './app.module.js';
import { CommandService } from './forwarding/command-service.js';
import { forwardWrites } from './forwarding/forwarded-routes.js';
import { observe } from './observation.js';
import type { Ports } from './ports.module.js';

/** A gateway that serves. */
export interface RunningGateway {
  /** Where it listens. */
  readonly url: string;
  readonly config: GatewayConfig;
  readonly logger: Logger;
  /** Ends it cleanly. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts the gateway in this process. Where something fails, what was started before it is ended again.
 *
 * @throws StoreUnavailable, DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, MongoRefused; what the system says of the address.
 */
export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const logger = createLogger(config.logLevel);
  const metrics = new Metrics();
  const health = new Health();
  const database = await connectMongo(config.mongo('headwater query-gateway'));
  const service = commandService(config);
  let close = async (): Promise<void> => {
    await Promise.all([database.close(), service.close()]);
  };
  try {
    observe({ database, service }, metrics, health);
    const module = await AppModule.of(await portsOn(database, config, logger), config.publicUrl, close);
    const app = await createHttpApp([module], { config, logger, metrics, health, stop: new StopSignal() });
    close = () => app.close();
    forwardWrites(app.server, service);
    metrics.collectProcess();
    return { url: await app.listen(), config, logger, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const commandService = ({
  commandServiceUrl,
  forwardConnections,
  forwardConnectTimeoutMs,
  forwardTimeoutMs,
}: GatewayConfig): CommandService =>
  new CommandService({
    url: commandServiceUrl,
    connections: forwardConnections,
    connectTimeoutMs: forwardConnectTimeoutMs,
    timeoutMs: forwardTimeoutMs,
  });

async function portsOn(database: MongoDatabase, { feedPollMs }: GatewayConfig, logger: Logger): Promise<Ports> {
  const store = await openMongoEventStore(database);
  const readModels = mongoReadModels(database, store, {
    pollMilliseconds: feedPollMs,
    onPollFailure: (error) => logger.error({ err: error }, 'The feed cannot be watched; those who follow events wait.'),
  });
  return { store, progress: new MongoProjectionStore(database), ...readModels };
}
