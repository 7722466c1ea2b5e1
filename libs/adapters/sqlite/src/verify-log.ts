import type { DatabaseSync } from 'node:sqlite';
import { streamName } from '@headwater/event-sourcing';
import { StreamFold } from '@headwater/verification';
import { Query } from './database.js';
import { EVENT_COLUMNS, storedEvent, type EventColumns } from './stored-log.js';

type LogRow = readonly [stream: number, seq: number, revision: number, base: number, after: string | null, ...EventColumns];
type StreamRow = readonly [id: number, name: string, revision: number, base: number, newest: number];

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
  const fold = new StreamFold(streamName(name), problem);
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
    fold.take(found, storedEvent(event), after ?? undefined);
  }
  if (!whole) problem(`The last commit of ${name} is not whole.`);
  if (at !== newestRevision || (at > 0 && (base !== newestBase || seq !== newestSeq))) {
    problem(`${name} is said to end at revision ${newestRevision}, but its newest event is ${at}.`);
  }
  return at;
}
