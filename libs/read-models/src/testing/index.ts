export { directoryReaderContract } from './directory-reader.contract.js';
export { feedReaderContract, type FeedReaderOptions } from './feed-reader.contract.js';
export { InMemoryDirectoryReader, InMemoryFeedReader, InMemoryLinksReader, InMemoryResourcesReader } from './in-memory-readers.js';
export { InMemoryService } from './in-memory-service.js';
export { linksReaderContract } from './links-reader.contract.js';
export { historySteps, told, writeHistory, type HistoryStep } from './random-histories.js';
export type { ReadModelSubject } from './read-model-subject.js';
export { resourcesReaderContract } from './resources-reader.contract.js';
export { World, streamOf } from './world.js';
