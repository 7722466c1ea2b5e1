export { DIRECTORY, directoryCounterKey, directoryProjection, type DirectoryRow } from './directory/directory.projection.js';
export type { DirectoryPage, DirectoryQuery, DirectoryReader } from './directory/directory.reader.js';
export { FEED, feedProjection, type FeedRow } from './feed/feed.projection.js';
export {
  PositionLost,
  type ChangedItem,
  type ChangesPage,
  type FeedReader,
  type FeedScope,
  type HistoryBound,
  type HistoryPage,
} from './feed/feed.reader.js';
export { LINKS, linksProjection, type LinksRow } from './links/links.projection.js';
export type { FoundLink, LinksPage, LinksQuery, LinksReader } from './links/links.reader.js';
export { PROJECTIONS } from './projections.js';
export type { Labels } from './resources/labels.js';
export { RESOURCES, counterKey, resourcesProjection, type EntityRow } from './resources/resources.projection.js';
export type { Latest, ListCursor, ListPage, ListQuery, ListedEntity, ResourcesReader, SortField } from './resources/resources.reader.js';
