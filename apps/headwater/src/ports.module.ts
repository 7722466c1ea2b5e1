import { Module, type DynamicModule } from '@nestjs/common';
import { DirectoryLookup } from '@headwater/directory';
import { JsonLdDocumentReader, rdfWriter } from '@headwater/jsonld';
import { SealedTokens } from '@headwater/event-sourcing';
import {
  AdvanceSignal,
  DIRECTORY_LOOKUP,
  DIRECTORY_READER,
  DOCUMENT_READER,
  EVENT_STORE,
  FEED_READER,
  LINKS_READER,
  PROJECTION_PROGRESS,
  PositionWaiter,
  RDF_WRITER,
  RESOURCES_READER,
  SEALED_TOKENS,
  URLS,
  closing,
  type EmbeddedConfig,
} from '@headwater/platform';
import { PROJECTIONS_STATUS, type ProjectionsStatus } from '@headwater/processing';
import { Urls } from '@headwater/representations';
import type { SqliteStore } from '@headwater/sqlite';

/** The ports of the domain and what stands behind them in one process: one SQLite file, and jsonld. */
@Module({})
export class PortsModule {
  static async of(store: SqliteStore, config: EmbeddedConfig): Promise<DynamicModule> {
    const tokens = new SealedTokens(await store.tokenKeys());
    const shared = [
      { provide: EVENT_STORE, useValue: store },
      { provide: PROJECTION_PROGRESS, useValue: store },
      { provide: RESOURCES_READER, useValue: store.resources },
      { provide: LINKS_READER, useValue: store.links },
      { provide: FEED_READER, useValue: store.feed },
      { provide: DIRECTORY_READER, useValue: store.directory },
      { provide: DIRECTORY_LOOKUP, useValue: new DirectoryLookup(store) },
      { provide: DOCUMENT_READER, useValue: new JsonLdDocumentReader({ maxContexts: config.jsonldMaxContexts }) },
      { provide: RDF_WRITER, useValue: rdfWriter },
      { provide: SEALED_TOKENS, useValue: tokens },
      { provide: URLS, useValue: new Urls(config.publicUrl) },
      { provide: PROJECTIONS_STATUS, useValue: store satisfies ProjectionsStatus },
      PositionWaiter,
      AdvanceSignal,
    ];
    return { module: PortsModule, global: true, providers: [...shared, closing(() => store.close())], exports: shared };
  }
}
