import type { EventCodec } from '@headwater/event-sourcing';
import { eventCodec, type EntityEvent, type OrganizationEvent, type ProjectEvent } from '@headwater/event-contracts';

/*
 * The one codec, as each kind of stream sees it: what a stream of a kind holds are events of that kind, which the codec of all events
 * cannot know.
 */
export const organizationCodec = eventCodec as unknown as EventCodec<OrganizationEvent>;
export const projectCodec = eventCodec as unknown as EventCodec<ProjectEvent>;
export const entityCodec = eventCodec as unknown as EventCodec<EntityEvent>;
