import { Module, type DynamicModule } from '@nestjs/common';
import { DirectoryLookup } from '@headwater/directory';
import { SealedTokens, type EventStore, type ProjectionProgress } from '@headwater/event-sourcing';
import { JsonLdDocumentReader } from '@headwater/jsonld';
import {
  AdvanceSignal,
  DIRECTORY_LOOKUP,
  DOCUMENT_READER,
  EVENT_STORE,
  FEED_READER,
  PROJECTION_PROGRESS,
  PositionWaiter,
  SEALED_TOKENS,
  URLS,
  type AdvanceSource,
  type HeadwaterConfig,
} from '@headwater/platform';
import { Urls } from '@headwater/representations';

/** What writes are decided on and answered from. */
export interface Ports {
  readonly store: EventStore;
  /** How far read models are: for `indexing=sync` alone. */
  readonly progress: ProjectionProgress;
  readonly feed: AdvanceSource;
}

/** The ports of the domain, and what is made of them alone. */
@Module({})
export class PortsModule {
  static async of({ store, progress, feed }: Ports, config: HeadwaterConfig): Promise<DynamicModule> {
    const providers = [
      { provide: EVENT_STORE, useValue: store },
      { provide: PROJECTION_PROGRESS, useValue: progress },
      { provide: FEED_READER, useValue: feed },
      { provide: DIRECTORY_LOOKUP, useValue: new DirectoryLookup(store) },
      { provide: DOCUMENT_READER, useValue: new JsonLdDocumentReader({ maxContexts: config.jsonldMaxContexts }) },
      { provide: SEALED_TOKENS, useValue: new SealedTokens(await store.tokenKeys()) },
      { provide: URLS, useValue: new Urls(config.publicUrl) },
      PositionWaiter,
      AdvanceSignal,
    ];
    return { module: PortsModule, global: true, providers, exports: providers };
  }
}
