import { Module, type DynamicModule } from '@nestjs/common';
import { DirectoryLookup } from '@headwater/directory';
import type { EventStore, ProjectionProgress } from '@headwater/event-sourcing';
import { SealedTokens } from '@headwater/event-sourcing';
import { rdfWriter } from '@headwater/jsonld';
import {
  AdvanceSignal,
  DIRECTORY_LOOKUP,
  DIRECTORY_READER,
  EVENT_STORE,
  FEED_READER,
  LINKS_READER,
  PROJECTION_PROGRESS,
  PositionWaiter,
  RDF_WRITER,
  RESOURCES_READER,
  SEALED_TOKENS,
  URLS,
} from '@headwater/platform';
import type { DirectoryReader, FeedReader, LinksReader, ResourcesReader } from '@headwater/read-models';
import { Urls } from '@headwater/representations';

/** What reads are answered from. */
export interface Ports {
  readonly store: EventStore;
  readonly progress: ProjectionProgress;
  readonly resources: ResourcesReader;
  readonly links: LinksReader;
  readonly feed: FeedReader;
  readonly directory: DirectoryReader;
}

/** The ports of the domain, and what is made of them alone. */
@Module({})
export class PortsModule {
  static async of({ store, progress, resources, links, feed, directory }: Ports, publicUrl: string): Promise<DynamicModule> {
    const providers = [
      { provide: EVENT_STORE, useValue: store },
      { provide: PROJECTION_PROGRESS, useValue: progress },
      { provide: RESOURCES_READER, useValue: resources },
      { provide: LINKS_READER, useValue: links },
      { provide: FEED_READER, useValue: feed },
      { provide: DIRECTORY_READER, useValue: directory },
      { provide: DIRECTORY_LOOKUP, useValue: new DirectoryLookup(store) },
      { provide: RDF_WRITER, useValue: rdfWriter },
      { provide: SEALED_TOKENS, useValue: new SealedTokens(await store.tokenKeys()) },
      { provide: URLS, useValue: new Urls(publicUrl) },
      PositionWaiter,
      AdvanceSignal,
    ];
    return { module: PortsModule, global: true, providers, exports: providers };
  }
}
