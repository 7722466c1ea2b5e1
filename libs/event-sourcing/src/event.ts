import type { Base, CommandId, EventId, Offset, Partition, Revision, StreamName } from './brand.js';

/** Who caused an event. `subject` and `realm` are names, never addresses: the public URL is put in when serving. */
export type Actor = { readonly type: 'Anonymous' } | { readonly type: 'User'; readonly realm: string; readonly subject: string };

export const ANONYMOUS: Actor = { type: 'Anonymous' };

export const sameActor = (a: Actor, b: Actor): boolean =>
  a.type === 'Anonymous' || b.type === 'Anonymous' ? a.type === b.type : a.realm === b.realm && a.subject === b.subject;

/** A fact as a decider states it: a type in the past tense and its data. */
export interface DomainEvent {
  readonly type: string;
  readonly data: unknown;
}

/** A fact with its place in a stream and its provenance. `instant` is ISO 8601 in UTC with milliseconds, never before the stream's previous one. */
export type Recorded<Event extends DomainEvent> = Event & EventMetadata;

export interface EventMetadata {
  readonly id: EventId;
  readonly stream: StreamName;
  readonly revision: Revision;
  /** The base of the event's commit, by which a commit is looked up; the revision before, but for later events of one commit. */
  readonly base: Base;
  readonly instant: string;
  readonly actor: Actor;
  readonly commandId: CommandId;
  /** W3C `traceparent` of the request that caused the event. */
  readonly trace?: string;
  /** Reserved: the key that the content is encrypted with, so that erasing by destroying a key stays possible. */
  readonly payloadKey?: string;
}

/**
 * The texts of a document that readers pass on rather than parse: `source` exactly as it was sent, `expanded` and `compacted` as they were
 * read once, when the event was made. Each is a JSON text.
 */
export interface Content {
  readonly source: string;
  readonly expanded: string;
  readonly compacted: string;
}

/**
 * An event as stores keep it and logs carry it. `head` is the JSON text of the envelope and of the data without the content, which is what
 * readers parse; its stream and revision are those of its place.
 */
export interface StoredEvent {
  readonly id: EventId;
  readonly head: string;
  readonly content?: Content;
}

/** One append: events of one stream that are stored together. Unique on `(stream, base)`. Event i has revision `base + 1 + i`. */
export interface Commit {
  readonly stream: StreamName;
  readonly base: Base;
  /** Chosen at the stream's first commit and inherited by every later one. */
  readonly partition: Partition;
  readonly events: readonly StoredEvent[];
  /** JSON text of the decider's whole state after the commit, without the content. */
  readonly after: string;
}

/** An event at its place in the log. */
export interface LogEntry {
  readonly partition: Partition;
  readonly offset: Offset;
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly event: StoredEvent;
}

/** Turns events into what is kept and back. Old versions decode for ever, through upcasters. */
export interface EventCodec<Event extends DomainEvent> {
  encode(event: Recorded<Event>): StoredEvent;
  /** @throws UnknownEvent for a type or version that this code does not know: its reader must be upgraded first. */
  decode(stream: StreamName, revision: Revision, stored: StoredEvent): Recorded<Event>;
}

/** The log holds an event of a later release. Not poison: the reader stops here, alarms, and goes on after its upgrade. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
  constructor(
    readonly stream: StreamName,
    readonly revision: Revision,
    readonly eventType: string,
    readonly version: number,
  ) {
    super(
      `Event ${eventType} version ${String(version)} at revision ${String(revision)} of ${stream} is not known here: upgrade this service.`,
    );
  }
}

/** A stream begins with an event that only goes on: what is stored is wrong. A fault, never a rejection. */
export class NothingBefore extends Error {
  override readonly name = 'NothingBefore';
  constructor({ type, revision, stream }: Recorded<DomainEvent>) {
    super(`${type} at revision ${String(revision)} of ${stream}, which does not exist before it.`);
  }
}
