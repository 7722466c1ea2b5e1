import type { EventStore } from '@headwater/event-sourcing';
import type { DirectoryReader, FeedReader, LinksReader, ResourcesReader } from '@headwater/read-models';
import type { MongoDatabase } from '../database.js';
import { MongoDirectoryReader } from './readers/directory.reader.js';
import { MongoFeedReader } from './readers/feed.reader.js';
import { MongoLinksReader } from './readers/links.reader.js';
import { MongoResourcesReader } from './readers/resources.reader.js';
import { ServedCopies } from './served-copies.js';

export interface ReadModelsOptions {
  /** Characters of the contents that a page of the feed holds, at most; it holds at least one. */
  readonly pageCharacters: number;
  /** How often it is looked whether the read models have moved on, while somebody listens. */
  readonly pollMilliseconds: number;
  /** Told once when it cannot be looked whether the read models have moved on, and not again before it could. */
  readonly onPollFailure: (error: unknown) => void;
}

export const DEFAULT_READ_MODELS_OPTIONS: ReadModelsOptions = {
  pageCharacters: 4 * 1024 * 1024,
  pollMilliseconds: 6,
  onPollFailure: () => undefined,
};

/** The readers of the read models, which agree on the copies that they ask. */
export interface MongoReadModels {
  readonly resources: ResourcesReader;
  readonly links: LinksReader;
  readonly feed: FeedReader;
  readonly directory: DirectoryReader;
}

/** @param events what the newest revision of a stream is taken from: the event store. */
export function mongoReadModels(
  database: MongoDatabase,
  events: Pick<EventStore, 'newest'>,
  given: Partial<ReadModelsOptions> = {},
): MongoReadModels {
  const { pageCharacters, pollMilliseconds, onPollFailure } = { ...DEFAULT_READ_MODELS_OPTIONS, ...given };
  const served = new ServedCopies(database);
  const resources = new MongoResourcesReader(database, served, events);
  return {
    resources,
    links: new MongoLinksReader(database, served, resources),
    feed: new MongoFeedReader(database, served, { pageCharacters, pollMilliseconds, onFailure: onPollFailure }),
    directory: new MongoDirectoryReader(database, served),
  };
}
