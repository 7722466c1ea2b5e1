import type { ProjectionName } from '@headwater/event-sourcing';
import { canonical, rowLine as lineOf } from '@headwater/verification';
import type { Db } from 'mongodb';
import { copyName } from './copies.js';
import { Counters } from './counters.js';
import { historyIn } from './history.js';
import type { ProjectionKind, StoredRow } from './kinds/kind.js';
import { kindOf } from './kinds/kinds.js';

/**
 * Everything that a copy holds, a line each, in an order and in words that do not depend on how it came to be: rows by stream, totals by key,
 * the history by place. Read in batches, so that two copies, of two databases too, are compared with bounded memory: what is served, say, with
 * a replay of the log into a scratch database. A copy that changes meanwhile gives lines of several moments.
 */
export async function* copyLines(db: Db, projection: ProjectionName, version: number): AsyncIterable<string> {
  const name = copyName(projection, version);
  const kind = kindOf(projection);
  for await (const stored of db.collection<StoredRow>(name).find().sort({ _id: 1 })) yield rowLine(kind, stored);
  for await (const [key, total] of new Counters(db, name).all()) yield `count ${key} ${String(total)}`;
  if (!kind.history) return;
  for await (const { _id, stream, revision, base, eventId, organization, project } of historyIn(db, name).find().sort({ _id: 1 })) {
    const place = `${String(_id.partition)} ${String(_id.offset)}`;
    yield `history ${place} ${stream} ${String(revision)} ${String(base)} ${eventId} ${organization} ${project}`;
  }
}

function rowLine(kind: ProjectionKind, stored: StoredRow): string {
  const row = kind.decode(stored);
  const line = lineOf(row);
  // What queries find rows by must be what the row says.
  const [found, expected] = [canonical(columnsOf(stored)), canonical(columnsOf(kind.encode(row)))];
  return found === expected ? line : `${line}, but stored with ${found}`;
}

/** The texts that are the value itself. */
const TEXTS: ReadonlySet<string> = new Set(['value', 'listed', 'compacted']);

/** What is stored beside them. */
const columnsOf = (stored: StoredRow): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(stored).filter(([name]) => !TEXTS.has(name)));
