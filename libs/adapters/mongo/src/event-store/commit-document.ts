import {
  baseAt,
  eventId,
  partition,
  revision,
  streamName,
  type Commit,
  type Content,
  type NewestCommit,
  type Revision,
  type StoredEvent,
} from '@headwater/event-sourcing';
import type { Binary } from 'mongodb';
import { packed, unpacked } from './packed-texts.js';

/** A commit as it is stored. Everything that users wrote is text: names of streams and of members are never names of fields. */
export interface CommitDocument {
  readonly stream: string;
  readonly base: number;
  /** The commit's last revision. */
  readonly end: number;
  readonly partition: number;
  readonly events: readonly EventDocument[];
  readonly after: string;
  /** Absent once the log has it. */
  readonly pending?: true;
}

type EventDocument = PlainEvent | PackedEvent;

interface PlainEvent {
  readonly id: string;
  readonly head: string;
  readonly source?: string;
  readonly expanded?: string;
  readonly compacted?: string;
}

/** An event of a large push: head, source, expanded and compacted as one value. */
interface PackedEvent {
  readonly id: string;
  readonly packed: Binary;
}

/** What is read of a newest commit: its place and its state, without the events. */
export type NewestDocument = Pick<CommitDocument, 'stream' | 'base' | 'end' | 'partition' | 'after'>;

/** The id is the server's to make: nobody asks for it, but it tells when the commit came. */
export const COMMIT_FIELDS = { _id: 0, stream: 1, base: 1, partition: 1, events: 1, after: 1 } as const;

/** The revision at which a commit ends. */
export const endOf = ({ base, events }: Pick<Commit, 'base' | 'events'>): Revision => revision(base + events.length);

/** A commit as it is stored by itself. */
export const documentOf = (commit: Commit): CommitDocument => document(commit, plainEvent);

/**
 * A commit as it is stored with many others: packed, as the server keeps the whole of a transaction in its cache until the end, and refuses one
 * that takes a tenth of it.
 */
export const packedDocumentOf = (commit: Commit): CommitDocument => document(commit, packedEvent);

function document(commit: Commit, event: (stored: StoredEvent) => EventDocument): CommitDocument {
  const { stream, base, partition: of, events, after } = commit;
  return { stream, base, end: endOf(commit), partition: of, events: events.map(event), after, pending: true };
}

const plainEvent = ({ id, head, content }: StoredEvent): EventDocument => (content === undefined ? { id, head } : { id, head, ...content });

const packedEvent = ({ id, head, content }: StoredEvent): EventDocument =>
  content === undefined ? { id, head } : { id, packed: packed([head, content.source, content.expanded, content.compacted]) };

export function commitOf({ stream, base, partition: of, events, after }: Omit<CommitDocument, 'end'>): Commit {
  return {
    stream: streamName(stream),
    base: baseAt(revision(base)),
    partition: partition(of),
    events: events.map(storedEvent),
    after,
  };
}

/** What is read of events whose sources alone are wanted: a packed event has no parts. */
export type SourceDocument = Pick<PlainEvent, 'id' | 'source'> | PackedEvent;

export const SOURCE_FIELDS = { _id: 0, stream: 1, base: 1, 'events.id': 1, 'events.source': 1, 'events.packed': 1 } as const;

/** An event's content as it was sent; undefined where it has none. */
export const sourceIn = (event: SourceDocument): string | undefined => ('packed' in event ? unpackedEvent(event) : event).source;

function storedEvent(event: EventDocument): StoredEvent {
  const { id, head, source, expanded, compacted } = 'packed' in event ? unpackedEvent(event) : event;
  if (source === undefined || expanded === undefined || compacted === undefined) return { id: eventId(id), head };
  return { id: eventId(id), head, content: { source, expanded, compacted } };
}

function unpackedEvent({ id, packed: texts }: PackedEvent): Partial<Content> & Pick<PlainEvent, 'id' | 'head'> {
  const [head = '', source = '', expanded = '', compacted = ''] = unpacked(texts);
  return { id, head, source, expanded, compacted };
}

export function newestOf({ stream, base, end, partition: of, after }: NewestDocument): NewestCommit {
  return { stream: streamName(stream), base: baseAt(revision(base)), revision: revision(end), partition: partition(of), after };
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** What is in a document besides the texts that are counted, about. */
const FRAME = 256;

/** Bytes that a commit takes in a message to the server, about. */
export function sizeOf({ stream, events, after }: Commit): number {
  let bytes = FRAME + bytesOf(stream) + bytesOf(after);
  for (const { head, content } of events) {
    bytes += FRAME + bytesOf(head);
    if (content !== undefined) bytes += bytesOf(content.source) + bytesOf(content.expanded) + bytesOf(content.compacted);
  }
  return bytes;
}
