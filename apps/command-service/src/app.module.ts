import { Module, type DynamicModule } from '@nestjs/common';
import { CommandsModule } from '@headwater/commands';
import { closing, type HeadwaterConfig } from '@headwater/platform';
import { OutboxRelay, RelayMonitor } from '@headwater/processing';
import { PortsModule, type Ports } from './ports.module.js';

/** The write side, and the relay of what it appends. */
@Module({})
export class AppModule {
  /** @param close called once the server has stopped */
  static async of(ports: Ports, relay: OutboxRelay, config: HeadwaterConfig, close: () => Promise<void>): Promise<DynamicModule> {
    const providers = [{ provide: OutboxRelay, useValue: relay }, RelayMonitor, closing(close)];
    return { module: AppModule, imports: [await PortsModule.of(ports, config), CommandsModule], providers };
  }
}
