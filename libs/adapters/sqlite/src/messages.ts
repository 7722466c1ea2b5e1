import {
  baseAt,
  eventId,
  partition,
  revision,
  streamName,
  type Commit,
  type Offset,
  type ProjectionName,
  type Receipt,
  type StoredEvent,
  type StreamName,
} from '@headwater/event-sourcing';
import type { StoreBounds } from './options.js';

/**
 * Between the threads go batches, not commits, and flat lists of texts and numbers, not objects: what crosses is copied, and the names of
 * members would be copied with every object.
 */
export type Field = string | number | null;

/** What stands or falls together: each commit for itself, or all of them. */
export type Unit =
  { readonly kind: 'each'; readonly commits: number } | { readonly kind: 'together'; readonly commits: number; readonly receipt?: Receipt };

/** How the units of a group went, in their order. */
export type UnitOutcome =
  { readonly kind: 'each'; readonly conflicts: readonly number[] } | { readonly kind: 'together'; readonly conflicts: readonly number[] };

/** Why a group was not stored, or may have been. */
export interface GroupFailure {
  readonly stored: 'no' | 'unknown';
  readonly message: string;
}

export type ToWriter =
  /** A piece of a group that is larger than one message; the group's last piece comes with `append`. */
  | { readonly type: 'part'; readonly fields: readonly Field[] }
  | { readonly type: 'append'; readonly id: number; readonly units: readonly Unit[]; readonly fields: readonly Field[] }
  | { readonly type: 'rebuild'; readonly id: number; readonly projection: ProjectionName }
  | { readonly type: 'redrive'; readonly id: number; readonly projection: ProjectionName; readonly stream: StreamName }
  /** Somebody waits for the projections. */
  | { readonly type: 'hurry' }
  /** Tries again after the projections were stopped by something that has been mended. */
  | { readonly type: 'resume'; readonly id: number }
  | { readonly type: 'limit'; readonly id: number; readonly maxBytes: number }
  /** The readers use these copies now; others may be dropped. */
  | { readonly type: 'switched'; readonly copies: readonly number[] }
  | { readonly type: 'close' };

/** Where the served copy of a projection stands. */
export interface ServedCopy {
  readonly projection: ProjectionName;
  /** The copy's row in `projection_copies`, which its tables are named by. */
  readonly copy: number;
  readonly watermark: Offset;
}

export interface ProjectionState {
  readonly served: readonly ServedCopy[];
  readonly building: readonly ProjectionName[];
  /** Why nothing is applied any more, until somebody mends it. */
  readonly stopped?: string;
  /** Why the last try failed; it is tried again. */
  readonly failing?: string;
}

export type FromWriter =
  | ({ readonly type: 'ready' } & ProjectionState)
  | { readonly type: 'failed'; readonly error: OpeningError }
  | { readonly type: 'outcomes'; readonly id: number; readonly outcomes: readonly UnitOutcome[]; readonly milliseconds: number }
  | { readonly type: 'refused'; readonly id: number; readonly failure: GroupFailure; readonly milliseconds: number }
  | ({ readonly type: 'progress'; readonly entries: number; readonly milliseconds: number } & ProjectionState)
  | { readonly type: 'answer'; readonly id: number; readonly value?: boolean; readonly error?: string }
  | { readonly type: 'closed' };

/** An error of opening, as far as it can cross between threads. */
export type OpeningError =
  | { readonly kind: 'too new'; readonly found: number; readonly known: number }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'import unfinished' }
  | { readonly kind: 'other'; readonly message: string };

export interface WriterData {
  readonly dataDir: string;
  readonly bounds: StoreBounds;
}

/** Adds a commit to the fields of a group. */
export function putCommit(fields: Field[], { stream, base, after, events }: Commit): void {
  fields.push(stream, base, after, events.length);
  for (const { id, head, content } of events) {
    if (content === undefined) fields.push(id, head, null, null, null);
    else fields.push(id, head, content.source, content.compacted, content.expanded);
  }
}

const FIELDS_BEFORE_EVENTS = 4;
const FIELDS_PER_EVENT = 5;

/** How much room a commit takes in the queue and between the threads, about. */
export function charactersOf({ stream, after, events }: Commit): number {
  let characters = stream.length + after.length;
  for (const event of events) characters += charactersOfEvent(event);
  return characters;
}

export function charactersOfEvent({ head, content }: StoredEvent): number {
  return head.length + (content === undefined ? 0 : content.source.length + content.compacted.length + content.expanded.length);
}

/** Reads the commits of a group back. */
export class CommitFields {
  #at = 0;

  constructor(private readonly fields: readonly Field[]) {}

  next(): Commit {
    const { fields } = this;
    const at = this.#at;
    const count = fields[at + 3] as number;
    const events: StoredEvent[] = [];
    let from = at + FIELDS_BEFORE_EVENTS;
    for (let index = 0; index < count; index += 1, from += FIELDS_PER_EVENT) {
      const id = eventId(fields[from] as string);
      const head = fields[from + 1] as string;
      const source = fields[from + 2] as string | null;
      if (source === null) events.push({ id, head });
      else events.push({ id, head, content: { source, compacted: fields[from + 3] as string, expanded: fields[from + 4] as string } });
    }
    this.#at = from;
    return {
      stream: streamName(fields[at] as string),
      base: baseAt(revision(fields[at + 1] as number)),
      partition: partition(0),
      after: fields[at + 2] as string,
      events,
    };
  }
}
