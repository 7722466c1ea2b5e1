import { offset, partition } from '@headwater/event-sourcing';
import { PLAIN_PROJECTIONS, projectionStoreContract } from '@headwater/event-sourcing/testing';
import { storedDirectory, storedFeed, storedLinks, storedResources } from '@headwater/read-models/testing';
import { projectionSubject } from './testing/projection-subject.js';

const [plain, secondPlain] = PLAIN_PROJECTIONS;
const feed = storedFeed((_, at) => ({ partition: partition(at % 3), offset: offset(at) }), true);

projectionStoreContract('MongoDB with plain rows', projectionSubject([plain, secondPlain]));
projectionStoreContract('MongoDB with rows of resources', projectionSubject([storedResources, plain]));
projectionStoreContract('MongoDB with rows of links', projectionSubject([storedLinks, plain]));
projectionStoreContract('MongoDB with rows of the feed', projectionSubject([feed, plain]));
projectionStoreContract('MongoDB with rows of the directory', projectionSubject([storedDirectory, plain]));
