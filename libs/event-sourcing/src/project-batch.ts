import type { Offset, Partition, StreamName } from './brand.js';
import type { DomainEvent } from './event.js';
import { place, type ProjectedEvent, type Projection, type Row } from './projection.js';
import type { HistoryRecord, ParkedEvent, ParkedStream, ProjectionBatch } from './projection-store.js';

/** What a projection knows before a batch: the rows and the parked streams that the batch touches. */
export interface Known {
  readonly rows: ReadonlyMap<StreamName, Row<unknown>>;
  readonly parked: ReadonlyMap<StreamName, ParkedStream>;
}

/** The streams that a batch of events touches in a projection, each once. */
export function touched<Event extends DomainEvent>(
  projection: Projection<unknown, Event>,
  events: readonly ProjectedEvent<Event>[],
): readonly StreamName[] {
  const streams = new Set<StreamName>();
  for (const { recorded } of events) if (projection.consumes(recorded.stream)) streams.add(recorded.stream);
  return [...streams];
}

/**
 * Folds a batch of the log into a projection. Pure. Applying an event twice changes nothing, a gap or a fork throws, an event that the
 * projection cannot apply parks its stream: once, here, for every projection.
 *
 * `version` names the copy. `events` are those of one partition after `expected`, in order; `watermark` is the offset that the batch reaches.
 *
 * @throws Gap, Fork
 */
export function projectBatch<Event extends DomainEvent>(
  projection: Projection<unknown, Event>,
  version: number,
  partition: Partition,
  events: readonly ProjectedEvent<Event>[],
  known: Known,
  expected: Offset,
  watermark: Offset,
): ProjectionBatch {
  const rows = new Map<StreamName, Row<unknown>>();
  const stopped = new Map(known.parked);
  const parked: ParkedEvent[] = [];
  const history: HistoryRecord[] = [];
  const counters = new Map<string, number>();

  for (const event of events) {
    const { recorded, offset } = event;
    const { stream, revision, base, id: eventId } = recorded;
    if (!projection.consumes(stream)) continue;
    const row = rows.get(stream) ?? known.rows.get(stream);
    const before = stopped.get(stream);
    const last = before?.last ?? row;
    if (place({ stream, revision, eventId }, last) === 'repetition') continue;
    // The history leaves nothing out: a feed never skips, also not what cannot be folded.
    const scope = projection.history?.(event);
    if (scope !== undefined) history.push({ ...scope, partition, offset, stream, revision, eventId, base });
    if (before !== undefined) {
      stopped.set(stream, { at: before.at, last: { revision, eventId } });
      parked.push({ stream, revision, eventId, partition, offset, reason: 'after a parked event', after: before.last.revision });
      continue;
    }
    try {
      const value = projection.project(row?.value, event);
      count(projection, counters, row?.value, value);
      rows.set(stream, { stream, revision, eventId, value });
    } catch (error) {
      stopped.set(stream, { at: revision, last: { revision, eventId } });
      parked.push({ stream, revision, eventId, partition, offset, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return {
    projection: projection.name,
    version,
    partition,
    expected,
    watermark,
    rows: [...rows.values()],
    counters,
    history,
    parked,
  };
}

/** Adds to `counters` the difference between what the old and the new row count. */
export function count<Value, Event extends DomainEvent>(
  projection: Projection<Value, Event>,
  counters: Map<string, number>,
  before: Value | undefined,
  after: Value,
): void {
  if (projection.counts === undefined) return;
  // Both before anything is added: a row that cannot be counted leaves no half of a difference behind.
  const removed = before === undefined ? [] : projection.counts(before);
  const added = projection.counts(after);
  const add = (key: string, by: number): void => {
    const sum = (counters.get(key) ?? 0) + by;
    if (sum === 0) counters.delete(key);
    else counters.set(key, sum);
  };
  for (const key of removed) add(key, -1);
  for (const key of added) add(key, 1);
}
