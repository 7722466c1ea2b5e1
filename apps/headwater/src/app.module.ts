import { Module, type DynamicModule } from '@nestjs/common';
import { CommandsModule } from '@headwater/commands';
import type { EmbeddedConfig } from '@headwater/platform';
import { ProcessingModule } from '@headwater/processing';
import { QueriesModule } from '@headwater/queries';
import type { SqliteStore } from '@headwater/sqlite';
import { PortsModule } from './ports.module.js';

/** Everything in one process: writing, reading and what lies between. */
@Module({})
export class AppModule {
  static async of(store: SqliteStore, config: EmbeddedConfig): Promise<DynamicModule> {
    return { module: AppModule, imports: [await PortsModule.of(store, config), CommandsModule, QueriesModule, ProcessingModule] };
  }
}
