import { Module, type DynamicModule } from '@nestjs/common';
import { closing } from '@headwater/platform';
import { PROJECTIONS_STATUS, ProcessingModule, type ProjectionsStatus } from '@headwater/processing';

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
    return { module: AppModule, imports: [PortsModule.of(status), ProcessingModule], providers: [closing(close)] };
  }
}
