import type { DatabaseSync } from 'node:sqlite';
import { revision, streamName, type DomainEvent, type Recorded, type StreamName } from '@headwater/event-sourcing';
import { eventCodec, isEntityStream, isOrganizationStream, isProjectStream, type HeadwaterEvent } from '@headwater/event-contracts';
import { organizationKind, projectKind } from '@headwater/directory';
import { entityKind } from '@headwater/resources';
import { Query } from './database.js';
import { messageOf } from './errors.js';
import { EVENT_COLUMNS, storedEvent, type EventColumns } from './stored-log.js';
import { canonical } from './tables/tables.js';

type LogRow = readonly [stream: number, seq: number, revision: number, base: number, after: string | null, ...EventColumns];
type StreamRow = readonly [id: number, name: string, revision: number, base: number, newest: number];

/** A decider whose types are those of its own stream only. */
interface Fold {
  readonly initialState: unknown;
  evolve(state: unknown, event: Recorded<DomainEvent>): unknown;
  encode(state: unknown): string;
  decode(text: string): unknown;
}

function foldOf(stream: StreamName): Fold | undefined {
  const kind = isEntityStream(stream)
    ? entityKind
    : isOrganizationStream(stream)
      ? organizationKind
      : isProjectStream(stream)
        ? projectKind
        : undefined;
  if (kind === undefined) return undefined;
  const { decider, states } = kind as unknown as {
    readonly decider: Pick<Fold, 'initialState' | 'evolve'>;
    readonly states: Pick<Fold, 'encode' | 'decode'>;
  };
  return {
    initialState: decider.initialState,
    evolve: (state, event) => decider.evolve(state, event),
    encode: (state) => states.encode(state),
    decode: (text) => states.decode(text),
  };
}

export interface LogCounts {
  readonly events: number;
  readonly streams: number;
}

/**
 * Checks the event store: offsets without a hole, revisions without a gap, commits whole and based on what was before them, what `streams`
 * says of each stream, states equal to the fold of the events, and receipts that name whole commits.
 */
export function verifyLog(db: DatabaseSync, problem: (text: string) => void): LogCounts {
  const [events, last] = new Query<readonly [number, number | null]>(db, 'SELECT count(*), max(seq) FROM log').get() ?? [0, null];
  if (events !== (last ?? 0)) problem(`The log ends at ${last ?? 0}, but has ${events} entries: offsets are missing.`);
  const rows = new Query<LogRow>(
    db,
    `SELECT l.stream, l.seq, l.revision, l.base, l.after, ${EVENT_COLUMNS} FROM log l INDEXED BY log_of_stream
     WHERE l.stream = ? ORDER BY l.revision`,
  );
  let streams = 0;
  let found = 0;
  const all = new Query<StreamRow>(db, 'SELECT id, name, revision, base, newest FROM streams ORDER BY id');
  for (const stream of all.iterate()) {
    const seen = verifyStream(stream, rows.iterate(stream[0]), problem);
    found += seen;
    if (seen > 0) streams += 1;
  }
  if (found !== events) problem(`${events - found} entries of the log are of no stream.`);
  const receipts = new Query<readonly [string]>(
    db,
    `SELECT push FROM receipts r WHERE r.first IS NOT NULL AND NOT (
       EXISTS (SELECT 1 FROM log l WHERE l.seq = r.first AND l.revision = l.base + 1)
       AND EXISTS (SELECT 1 FROM log l WHERE l.seq = r.last AND l.after IS NOT NULL))`,
  );
  for (const [push] of receipts.iterate()) problem(`The receipt of push ${push} does not name whole commits.`);
  return { events, streams };
}

/** @returns how many events the stream has. */
function verifyStream(
  [, name, newestRevision, newestBase, newestSeq]: StreamRow,
  rows: Iterable<LogRow>,
  problem: (text: string) => void,
): number {
  const stream = streamName(name);
  const fold = foldOf(stream);
  let state = fold?.initialState;
  let foldable = fold !== undefined;
  let [at, end, base, seq] = [0, 0, 0, 0];
  let whole = true;
  for (const [, place, found, baseOf, after, ...event] of rows) {
    if (found !== at + 1) problem(`${name} goes on at revision ${found} after ${at}.`);
    if (place <= seq) problem(`Revision ${found} of ${name} lies before an older one in the log.`);
    if (whole ? baseOf !== end : baseOf !== base || place !== seq + 1)
      problem(`Revision ${found} of ${name} is in a commit that is not whole.`);
    [at, base, seq] = [found, baseOf, place];
    whole = after !== null;
    if (whole) end = found;
    const stored = storedEvent(event);
    if (!stored.id.startsWith(`${String(found)}-`)) problem(`Revision ${found} of ${name} has the event id ${stored.id}.`);
    if (fold === undefined || !foldable) continue;
    try {
      const recorded: Recorded<HeadwaterEvent> = eventCodec.decode(stream, revision(found), stored);
      state = fold.evolve(state, recorded);
      // A state of another format is not compared: it is folded again when it is next loaded.
      if (
        after !== null &&
        fold.decode(after) !== undefined &&
        canonical(JSON.parse(after)) !== canonical(JSON.parse(fold.encode(state)))
      ) {
        problem(`The state after revision ${found} of ${name} is not what its events fold to.`);
      }
    } catch (error) {
      foldable = false;
      problem(`Revision ${found} of ${name} cannot be folded: ${messageOf(error)}`);
    }
  }
  if (!whole) problem(`The last commit of ${name} is not whole.`);
  if (at !== newestRevision || (at > 0 && (base !== newestBase || seq !== newestSeq))) {
    problem(`${name} is said to end at revision ${newestRevision}, but its newest event is ${at}.`);
  }
  return at;
}
