import type { OrganizationEvent, ProjectEvent } from './directory-events.js';
import type { EntityEvent } from './entity-events.js';

/** Every event of the log. */
export type HeadwaterEvent = OrganizationEvent | ProjectEvent | EntityEvent;

export type HeadwaterEventType = HeadwaterEvent['type'];
