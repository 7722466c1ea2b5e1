import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { addressOf } from './config.js';
import { RefusalFilter } from './errors/refusal.filter.js';
import { AllowedMethods } from './http/allowed-methods.js';
import { ROUTER_OPTIONS, createServer } from './http/server.js';
import { NestLog } from './logging.js';
import { PlatformModule, type PlatformParts } from './platform.module.js';

/** An application that is built but not listening yet. */
export interface HttpApp {
  readonly nest: NestFastifyApplication;
  /** Below Nest, for routes that are no controller's: with the errors, metrics and allowed methods of all. Routes are added before `listen`. */
  readonly server: FastifyInstance;
  /** @returns the address it listens on. @throws what the system says of the address: `EADDRINUSE`, `EACCES`. */
  listen(): Promise<string>;
  /**
   * Ends cleanly: not ready, streams told to end, no new connections, requests in progress answered, then Nest's shutdown hooks (where the
   * store is closed). What has not ended by then is cut off. May be called twice.
   */
  close(): Promise<void>;
}

/** Of the time a shutdown may take, the part that requests in progress get; the rest is for the store. */
const GRACE = 0.8;

@Module({})
class RootModule {
  static of(parts: PlatformParts, modules: readonly (Type | DynamicModule)[]): DynamicModule {
    return { module: RootModule, imports: [PlatformModule.of(parts), ...modules] };
  }
}

/** Nest on Fastify with everything that concerns all routes: errors, bodies, CORS, compression, metrics, health, shutdown. */
export async function createHttpApp(modules: readonly (Type | DynamicModule)[], parts: PlatformParts): Promise<HttpApp> {
  const { config, logger, metrics, health, stop } = parts;
  const allowed = new AllowedMethods(ROUTER_OPTIONS);
  const server = createServer(config, allowed, metrics);
  const options = Object.assign(new NestApplicationContextOptions(), {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLog(logger),
  });
  const nest = await NestFactory.create<NestFastifyApplication>(
    RootModule.of(parts, modules),
    new FastifyAdapter(server as never),
    options,
  );
  nest.useGlobalFilters(new RefusalFilter(allowed, logger, metrics));
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    health.stopping();
    stop.stop();
    const cutOff = setTimeout(() => nest.getHttpServer().closeAllConnections(), config.shutdownTimeoutMs * GRACE);
    try {
      await nest.close();
    } finally {
      clearTimeout(cutOff);
    }
  };
  return {
    nest,
    server,
    async listen() {
      await nest.init();
      // Not through Nest, which logs what goes wrong here and throws it all the same.
      await server.listen({ port: config.port, host: config.host });
      return addressOf(config.host, config.port);
    },
    close: () => (closing ??= close()),
  };
}
