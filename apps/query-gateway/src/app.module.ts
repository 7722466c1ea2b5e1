import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { QueriesModule } from '@headwater/queries';
import { PortsModule, type Ports } from './ports.module.js';

/** Ends what requests in progress need until their end. */
class Closer implements OnApplicationShutdown {
  constructor(private readonly close: () => Promise<void>) {}

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}

/** The read side. Writes are routes below it (forwarding/forwarded-routes.ts). */
@Module({})
export class AppModule {
  /** @param close called once the server has stopped */
  static async of(ports: Ports, publicUrl: string, close: () => Promise<void>): Promise<DynamicModule> {
    const closer = { provide: Closer, useValue: new Closer(close) };
    return { module: AppModule, imports: [await PortsModule.of(ports, publicUrl), QueriesModule], providers: [closer] };
  }
}
