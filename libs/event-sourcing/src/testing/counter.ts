import { baseAt, commandId, eventId, projectionName, revision, type Partition, type StreamName } from '../brand.js';
import type { StreamKind } from '../decider.js';
import { ANONYMOUS, UnknownEvent, type EventCodec, type EventMetadata, type LogEntry, type Recorded } from '../event.js';
import type { Cause } from '../handle-command.js';
import type { ProjectedEvent, Projection } from '../projection.js';
import { Rejection } from '../rejection.js';

/*
 * The smallest domain in which everything of this library can be shown: counters that numbers are added to.
 */

export type CounterEvent =
  | { readonly type: 'Added'; readonly data: { readonly by: number } }
  /** An event that the projections below cannot apply. */
  | { readonly type: 'Jammed'; readonly data: { readonly why: string } };

export type CounterCommand =
  /** Adds each of the numbers: one event each, in one commit. At a revision, where one is named. */
  { readonly type: 'Add'; readonly by: readonly number[]; readonly rev?: number } | { readonly type: 'Jam' };

export interface CounterState {
  readonly rev: number;
  readonly total: number;
  readonly instant?: string;
}

export const counterKind: StreamKind<CounterState, CounterCommand, CounterEvent> = {
  decider: {
    initialState: { rev: 0, total: 0 },
    decide(command, { rev }) {
      if (command.type === 'Jam') return [{ type: 'Jammed', data: { why: 'somebody said so' } }];
      if (command.rev !== undefined && command.rev !== rev)
        throw new Rejection('IncorrectRev', 'stale', { provided: command.rev, expected: rev });
      if (command.by.some((by) => by < 0)) throw new Rejection('Negative', 'A counter only grows.');
      return command.by.map((by) => ({ type: 'Added', data: { by } }));
    },
    evolve: ({ total }, event) => ({
      rev: event.revision,
      total: event.type === 'Added' ? total + event.data.by : total,
      instant: event.instant,
    }),
  },
  states: {
    encode: (state) => JSON.stringify({ format: 1, ...state }),
    decode: (text) => {
      const { format, ...state } = JSON.parse(text) as CounterState & { readonly format: number };
      return format === 1 ? state : undefined;
    },
  },
  lastInstant: ({ instant }) => instant,
};

type Head = Omit<EventMetadata, 'id' | 'stream' | 'revision'> & CounterEvent;

export const counterCodec: EventCodec<CounterEvent> = {
  encode: ({ id, type, data, base, instant, actor, commandId: command }) => ({
    id,
    head: JSON.stringify({ type, base, instant, actor, commandId: command, data }),
  }),
  decode: (stream, at, { id, head }) => {
    const event = JSON.parse(head) as Head;
    if (!['Added', 'Jammed'].includes(event.type)) throw new UnknownEvent(stream, at, event.type, 1);
    return { ...event, id, stream, revision: at };
  },
};

export const causeAt = (now: number): Cause => ({ actor: ANONYMOUS, commandId: commandId('a-command'), now });

/** A row of the projections below: the total, and every revision that was applied, so that twice or never shows. */
export interface CounterRow {
  readonly total: number;
  readonly revisions: readonly number[];
}

/** The totals of all counters, each counted as even or odd. */
export const totals: Projection<CounterRow, CounterEvent> = {
  name: projectionName('totals'),
  version: 1,
  consumes: (stream) => !stream.startsWith('ignored/'),
  project(row = { total: 0, revisions: [] }, { recorded }) {
    if (recorded.type === 'Jammed') throw new Error(`jammed: ${recorded.data.why}`);
    return { total: row.total + recorded.data.by, revisions: [...row.revisions, recorded.revision] };
  },
  counts: ({ total }) => ['counters', total % 2 === 0 ? 'even' : 'odd'],
};

/** Where every event of a counter lies. Nothing jams it. */
export const places: Projection<{ readonly last: number }, CounterEvent> = {
  name: projectionName('places'),
  version: 1,
  consumes: () => true,
  project: (_, { offset }) => ({ last: offset }),
  history: ({ recorded }) => ({ organization: 'org', project: recorded.stream }),
};

/** An entry of a log as a counter's event would be there. */
export function counterEntry(
  stream: StreamName,
  at: number,
  partition: Partition,
  place: number,
  event: CounterEvent = added(at),
): LogEntry {
  return {
    partition,
    offset: place as LogEntry['offset'],
    stream,
    revision: revision(at),
    event: counterCodec.encode(recordedCounter(stream, at, event)),
  };
}

export const added = (by: number): CounterEvent => ({ type: 'Added', data: { by } });

export const recordedCounter = (stream: StreamName, at: number, event: CounterEvent = added(at)): Recorded<CounterEvent> => ({
  ...event,
  id: eventId(`${String(at)}-of-${stream}`),
  stream,
  revision: revision(at),
  base: baseAt(revision(at - 1)),
  instant: new Date(Date.UTC(2026, 0, 1) + at).toISOString(),
  actor: ANONYMOUS,
  commandId: commandId('a-command'),
});

export const projected = (entry: LogEntry): ProjectedEvent<CounterEvent> => ({
  partition: entry.partition,
  offset: entry.offset,
  recorded: counterCodec.decode(entry.stream, entry.revision, entry.event),
});
