import { ProjectionRunner, relayPartition, type ProjectionStore, type ReadLimit } from '@headwater/event-sourcing';
import { InMemoryEventLog, InMemoryEventStore, InMemoryProjectionStore } from '@headwater/event-sourcing/testing';
import { eventCodec, type HeadwaterEvent } from '@headwater/event-contracts';
import { PROJECTIONS } from '../projections.js';
import { InMemoryDirectoryReader, InMemoryFeedReader, InMemoryLinksReader, InMemoryResourcesReader } from './in-memory-readers.js';

const LIMIT: ReadLimit = { entries: 10, characters: 1_000_000 };

/** The whole of a service without its edges: store, relay, log of three partitions, projections and readers. */
export class InMemoryService {
  readonly store: InMemoryEventStore;
  readonly log: InMemoryEventLog;
  readonly projections = new InMemoryProjectionStore();
  readonly resources: InMemoryResourcesReader;
  readonly links = new InMemoryLinksReader(this.projections);
  readonly directory = new InMemoryDirectoryReader(this.projections);
  readonly feed: InMemoryFeedReader;
  readonly runner: ProjectionRunner<HeadwaterEvent>;

  private constructor(log: InMemoryEventLog, store: InMemoryEventStore) {
    this.store = store;
    this.log = log;
    this.resources = new InMemoryResourcesReader(store, this.projections);
    this.feed = new InMemoryFeedReader(store, log, this.projections);
    this.runner = this.anotherRunner();
  }

  static async start(): Promise<InMemoryService> {
    const store = new InMemoryEventStore();
    const service = new InMemoryService(new InMemoryEventLog(await store.epoch(), store.partitions.length), store);
    await service.runner.prepare();
    return service;
  }

  /** A projector as another process would have it: over the same log and read models, or others, with a memory of its own. */
  anotherRunner(limit = LIMIT, store: ProjectionStore = this.projections): ProjectionRunner<HeadwaterEvent> {
    return new ProjectionRunner({ log: this.log, store, codec: eventCodec, projections: PROJECTIONS, limit });
  }

  /** Publishes what is pending. */
  async relay(batch = 10): Promise<void> {
    for (const partition of this.store.partitions)
      await relayPartition(this.store, this.log, partition, { commits: batch, characters: 1e9 });
  }

  /** Publishes what is pending and projects what is published. */
  async settle(): Promise<void> {
    await this.relay();
    for (const partition of this.store.partitions) await this.runner.catchUp(partition);
  }
}
