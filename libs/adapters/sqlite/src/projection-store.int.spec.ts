import { offset, partition, type StreamName } from '@headwater/event-sourcing';
import { PLAIN_PROJECTIONS, projectionStoreContract } from '@headwater/event-sourcing/testing';
import { storedDirectory, storedFeed, storedLinks, storedResources } from '@headwater/read-models/testing';
import { projectionSubject } from './testing/projection-subject.js';

/** Of one stream each, so that every row has a place of its own in the feed. */
const offsets = new Map<string, number>();
const offsetOf = (stream: StreamName, at: number): number => {
  const key = `${stream} ${String(at)}`;
  offsets.set(key, offsets.get(key) ?? offsets.size);
  return offsets.get(key) ?? 0;
};

const [plain] = PLAIN_PROJECTIONS;
// Of its history only the places are kept: what lies there is in the log.
const feed = storedFeed((stream, at) => ({ partition: partition(0), offset: offset(offsetOf(stream, at)) }), false);

projectionStoreContract('SQLite with plain tables', projectionSubject(PLAIN_PROJECTIONS));
projectionStoreContract('SQLite with tables of resources', projectionSubject([storedResources, plain]));
projectionStoreContract('SQLite with tables of links', projectionSubject([storedLinks, plain]));
projectionStoreContract('SQLite with tables of the feed', projectionSubject([feed, plain]));
projectionStoreContract('SQLite with tables of the directory', projectionSubject([storedDirectory, plain]));
