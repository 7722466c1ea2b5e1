import type { ProjectionName } from '@headwater/event-sourcing';
import { DIRECTORY, FEED, LINKS, RESOURCES } from '@headwater/read-models';
import { directoryKind } from './directory.kind.js';
import { feedKind } from './feed.kind.js';
import type { ProjectionKind } from './kind.js';
import { linksKind } from './links.kind.js';
import { plainKind } from './plain.kind.js';
import { resourcesKind } from './resources.kind.js';

const KINDS: ReadonlyMap<ProjectionName, ProjectionKind> = new Map([
  [RESOURCES, resourcesKind],
  [LINKS, linksKind],
  [FEED, feedKind],
  [DIRECTORY, directoryKind],
]);

/** How a projection's rows are kept. */
export const kindOf = (projection: ProjectionName): ProjectionKind => KINDS.get(projection) ?? plainKind;
