import { UnknownEvent, type DomainEvent, type Recorded } from '@headwater/event-sourcing';
import type { EventDecoder } from '../check-export.js';

/** Reads the events of `commitTo`, which are of no kind that the service has. */
export const countingCodec: EventDecoder = {
  decode(stream, at, { id, head }) {
    const { type, version, ...event } = JSON.parse(head) as { readonly type: string; readonly version: number };
    if (type !== 'Added' || version > 1) throw new UnknownEvent(stream, at, type, version);
    return { ...event, id, type, stream, revision: at } as unknown as Recorded<DomainEvent>;
  },
};
