import {
  UnknownEvent,
  baseAt,
  commandId,
  revision as revisionOf,
  type Actor,
  type Content,
  type EventCodec,
  type Recorded,
  type Revision,
  type StoredEvent,
  type StreamName,
} from '@headwater/event-sourcing';
import type { OrganizationEvent, ProjectEvent } from './directory-events.js';
import type { EntityEvent } from './entity-events.js';
import type { HeadwaterEvent, HeadwaterEventType } from './headwater-events.js';
import { UPCASTERS } from './upcasters.js';

/** The version that events are written with now. Readers of older releases stop at a newer one (design.md, Event envelope). */
export const VERSIONS: Readonly<Record<HeadwaterEventType, number>> = {
  OrganizationCreated: 1,
  OrganizationUpdated: 1,
  OrganizationDeprecated: 1,
  OrganizationUndeprecated: 1,
  ProjectCreated: 1,
  ProjectUpdated: 1,
  ProjectDeprecated: 1,
  ProjectUndeprecated: 1,
  ResourceCreated: 1,
  ResourceUpdated: 1,
  ResourceTagAdded: 1,
  ResourceTagDeleted: 1,
  ResourceDeprecated: 1,
  ResourceUndeprecated: 1,
  ResolverCreated: 1,
};

/** What `StoredEvent.head` is the JSON of, in this order of members. */
interface Head {
  readonly type: string;
  readonly version: number;
  /** Of the event's commit; absent where it is the revision before the event's own, as for all but later events of one commit. */
  readonly base?: number;
  readonly instant: string;
  readonly actor: Actor;
  readonly commandId: string;
  readonly trace?: string;
  readonly payloadKey?: string;
  readonly data: Record<string, unknown>;
}

const isKnown = (type: string): type is HeadwaterEventType => Object.hasOwn(VERSIONS, type);

/**
 * The one encoding of every event: a head that readers parse, and the content's texts beside it, which they do not. The wire form of a log
 * message puts both together again (`event-message.ts`).
 */
export const eventCodec: EventCodec<HeadwaterEvent> = {
  encode(event: Recorded<HeadwaterEvent>): StoredEvent {
    const { content, ...data } = event.data as HeadwaterEvent['data'] & { readonly content?: Content };
    const head: Head = {
      type: event.type,
      version: VERSIONS[event.type],
      ...(event.base === event.revision - 1 ? {} : { base: event.base }),
      instant: event.instant,
      actor: event.actor,
      commandId: event.commandId,
      ...(event.trace === undefined ? {} : { trace: event.trace }),
      ...(event.payloadKey === undefined ? {} : { payloadKey: event.payloadKey }),
      data,
    };
    const stored = { id: event.id, head: JSON.stringify(head) };
    return content === undefined ? stored : { ...stored, content };
  },

  decode(stream: StreamName, revision: Revision, { id, head: text, content }: StoredEvent): Recorded<HeadwaterEvent> {
    const head = JSON.parse(text) as Head;
    const { type, version, instant, actor, trace, payloadKey } = head;
    if (!isKnown(type) || version > VERSIONS[type]) throw new UnknownEvent(stream, revision, type, version);
    const upcast = UPCASTERS[type]?.[version];
    const plain = upcast === undefined ? head.data : upcast(head.data);
    const data = content === undefined ? plain : { ...plain, content };
    return {
      type,
      data,
      id,
      stream,
      revision,
      base: baseAt(revisionOf(head.base ?? revision - 1)),
      instant,
      actor,
      commandId: commandId(head.commandId),
      ...(trace === undefined ? {} : { trace }),
      ...(payloadKey === undefined ? {} : { payloadKey }),
    } as unknown as Recorded<HeadwaterEvent>;
  },
};

/** The codec as a kind of stream sees it, which holds events of its kind alone. */
function codecOf<Event extends HeadwaterEvent>(types: Readonly<Record<Event['type'], true>>): EventCodec<Event> {
  return {
    encode: (event) => eventCodec.encode(event),
    decode(stream, revision, stored) {
      const event = eventCodec.decode(stream, revision, stored);
      if (!Object.hasOwn(types, event.type)) throw new Error(`${event.type} at revision ${String(revision)} has no place in ${stream}.`);
      return event as unknown as Recorded<Event>;
    },
  };
}

export const organizationCodec = codecOf<OrganizationEvent>({
  OrganizationCreated: true,
  OrganizationUpdated: true,
  OrganizationDeprecated: true,
  OrganizationUndeprecated: true,
});

export const projectCodec = codecOf<ProjectEvent>({
  ProjectCreated: true,
  ProjectUpdated: true,
  ProjectDeprecated: true,
  ProjectUndeprecated: true,
});

export const entityCodec = codecOf<EntityEvent>({
  ResourceCreated: true,
  ResourceUpdated: true,
  ResourceTagAdded: true,
  ResourceTagDeleted: true,
  ResourceDeprecated: true,
  ResourceUndeprecated: true,
  ResolverCreated: true,
});

/** The public name of an event's type, version and instant without decoding its data. */
export function envelopeOf({ head }: StoredEvent): Pick<Head, 'type' | 'version' | 'instant' | 'actor' | 'commandId' | 'trace'> {
  return JSON.parse(head) as Head;
}
