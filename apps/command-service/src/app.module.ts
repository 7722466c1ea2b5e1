import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { CommandsModule } from '@headwater/commands';
import type { HeadwaterConfig } from '@headwater/platform';
import { OutboxRelay, RelayMonitor } from '@headwater/processing';
import { PortsModule, type Ports } from './ports.module.js';

/** Ends what requests in progress need until their end. */
class Closer implements OnApplicationShutdown {
  constructor(private readonly close: () => Promise<void>) {}

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}

/** The write side, and the relay of what it appends. */
@Module({})
export class AppModule {
  /** @param close called once the server has stopped */
  static async of(ports: Ports, relay: OutboxRelay, config: HeadwaterConfig, close: () => Promise<void>): Promise<DynamicModule> {
    const providers = [{ provide: OutboxRelay, useValue: relay }, RelayMonitor, { provide: Closer, useValue: new Closer(close) }];
    return { module: AppModule, imports: [await PortsModule.of(ports, config), CommandsModule], providers };
  }
}
