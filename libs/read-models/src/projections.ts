import type { Projection } from '@headwater/event-sourcing';
import type { HeadwaterEvent } from '@headwater/event-contracts';
import { directoryProjection } from './directory/directory.projection.js';
import { feedProjection } from './feed/feed.projection.js';
import { linksProjection } from './links/links.projection.js';
import { resourcesProjection } from './resources/resources.projection.js';

/** Every projection, in the order in which a batch is applied to them. */
export const PROJECTIONS: readonly Projection<unknown, HeadwaterEvent>[] = [
  resourcesProjection,
  linksProjection,
  feedProjection,
  directoryProjection,
];
