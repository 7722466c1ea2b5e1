import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { PROJECTIONS_STATUS, ProcessingModule, type ProjectionsStatus } from '@headwater/processing';

/** Ends the projector once nobody asks for its health any more. */
class Closer implements OnApplicationShutdown {
  constructor(private readonly close: () => Promise<void>) {}

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}

/** How the projections fare, for health and metrics: all that a projector is asked for. */
@Module({})
export class PortsModule {
  static of(status: ProjectionsStatus): DynamicModule {
    const providers = [{ provide: PROJECTIONS_STATUS, useValue: status }];
    return { module: PortsModule, global: true, providers, exports: providers };
  }
}

@Module({})
export class AppModule {
  /** @param close called once the server has stopped */
  static of(status: ProjectionsStatus, close: () => Promise<void>): DynamicModule {
    const closer = { provide: Closer, useValue: new Closer(close) };
    return { module: AppModule, imports: [PortsModule.of(status), ProcessingModule], providers: [closer] };
  }
}
