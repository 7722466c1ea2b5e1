import type { ProjectionName } from '@headwater/event-sourcing';
import { DIRECTORY, FEED, LINKS, RESOURCES } from '@headwater/read-models';
import { directoryKind } from './directory.tables.js';
import { feedKind } from './feed.tables.js';
import { linksKind } from './links.tables.js';
import { plainKind } from './plain.tables.js';
import { resourcesKind } from './resources.tables.js';
import type { TablesKind } from './tables.js';

const KINDS: ReadonlyMap<ProjectionName, TablesKind> = new Map([
  [RESOURCES, resourcesKind],
  [LINKS, linksKind],
  [FEED, feedKind],
  [DIRECTORY, directoryKind],
]);

/** How a projection's rows are kept. */
export const kindOf = (projection: ProjectionName): TablesKind => KINDS.get(projection) ?? plainKind;
