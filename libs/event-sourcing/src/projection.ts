import type { EventId, Offset, Partition, ProjectionName, Revision, StreamName } from './brand.js';
import type { DomainEvent, Recorded } from './event.js';

/** How far a row has come: the revision and the id of the last event that was folded into it. */
export interface Applied {
  readonly revision: Revision;
  readonly eventId: EventId;
}

/** What one stream contributes to a projection: one row, changed by one guarded write. */
export interface Row<Value> extends Applied {
  readonly stream: StreamName;
  readonly value: Value;
}

/** A decoded event at its place in the log. */
export interface ProjectedEvent<Event extends DomainEvent> {
  readonly partition: Partition;
  readonly offset: Offset;
  readonly recorded: Recorded<Event>;
}

/**
 * A read model as a fold of the log. `project` is pure: the same row and event give the same row, on any machine, at any time.
 * A new `version` makes a rebuild: a second copy beside the first, switched to when it has caught up.
 */
export interface Projection<Value, Event extends DomainEvent> {
  readonly name: ProjectionName;
  readonly version: number;
  /** Whether events of this stream change the projection at all. A stream that is consumed moves its row with every event. */
  consumes(stream: StreamName): boolean;
  /** @throws anything, for an event that cannot be applied: its stream is parked. */
  project(value: Value | undefined, event: ProjectedEvent<Event>): Value;
  /** What a row adds to the exact totals, by counter key. */
  counts?(value: Value): readonly string[];
  /** Insert-only: what is kept of this event for readers of the history; undefined for nothing. */
  history?(event: ProjectedEvent<Event>): HistoryScope | undefined;
}

/** Where an event appears in the feeds' history. */
export interface HistoryScope {
  readonly organization: string;
  readonly project: string;
}

/** The same revision with another id: two writers published different events for it. The reader stops and alarms. */
export class Fork extends Error {
  override readonly name = 'Fork';
  constructor(
    readonly stream: StreamName,
    readonly revision: Revision,
    readonly expected: EventId,
    readonly found: EventId,
  ) {
    super(`${stream} has two events at revision ${String(revision)}: ${expected} was applied, ${found} is in the log.`);
  }
}

/** A revision is missing in the log. The reader stops and alarms. */
export class Gap extends Error {
  override readonly name = 'Gap';
  constructor(
    readonly stream: StreamName,
    readonly last: Revision | 0,
    readonly found: Revision,
  ) {
    super(`The log goes on at revision ${String(found)} of ${stream}, but revision ${String(last)} was applied last.`);
  }
}

/** What an event is to a row that has seen `last`: design.md, Projections. @throws Gap, Fork */
export function place(event: Applied & { readonly stream: StreamName }, last: Applied | undefined): 'next' | 'repetition' {
  const seen = last?.revision ?? 0;
  if (event.revision === seen + 1) return 'next';
  if (event.revision > seen + 1) throw new Gap(event.stream, last?.revision ?? 0, event.revision);
  if (last !== undefined && event.revision === seen && event.eventId !== last.eventId) {
    throw new Fork(event.stream, event.revision, last.eventId, event.eventId);
  }
  return 'repetition';
}
