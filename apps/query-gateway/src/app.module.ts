import { Module, type DynamicModule } from '@nestjs/common';
import { closing } from '@headwater/platform';
import { QueriesModule } from '@headwater/queries';
import { PortsModule, type Ports } from './ports.module.js';

/** The read side. Writes are routes below it (forwarding/forwarded-routes.ts). */
@Module({})
export class AppModule {
  /** @param close called once the server has stopped */
  static async of(ports: Ports, publicUrl: string, close: () => Promise<void>): Promise<DynamicModule> {
    return { module: AppModule, imports: [await PortsModule.of(ports, publicUrl), QueriesModule], providers: [closing(close)] };
  }
}
