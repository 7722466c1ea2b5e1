import type { DatabaseSync } from 'node:sqlite';
import type { HistoryRecord, LogEntry, Offset, Row, StreamName } from '@headwater/event-sourcing';
import { Query } from '../database.js';
import type { Streams } from '../streams.js';
import type { TermReader, TermWriter } from '../terms.js';

/** What the tables of every projection share, in the writer's thread. */
export interface Shared {
  readonly db: DatabaseSync;
  readonly streams: Streams;
  readonly terms: TermWriter;
  readonly read: TermReader;
  /** An entry of the log that is still in memory. */
  readonly kept: (at: Offset) => LogEntry | undefined;
  /** How many names and texts may be remembered, of each kind. */
  readonly cached: number;
}

/**
 * The tables of one copy of a projection: how its rows lie in the file, and what is kept beside them for its readers. Every change is
 * made inside the transaction that moves the copy's watermark.
 */
export interface ProjectionTables {
  load(stream: number, name: StreamName): Row<unknown> | undefined;
  /** What `load` would find: nothing. */
  absent(stream: number): void;
  put(stream: number, row: Row<unknown>): void;
  /** Adds to the exact totals. Comes after the rows of the same batch. */
  count(counters: ReadonlyMap<string, number>): void;
  keep(history: readonly HistoryRecord[]): void;
  /** Forgets what `load` remembers for `put`: the transaction is over. */
  settled(): void;
  /** Forgets everything that a transaction may have stored which was rolled back. */
  forget(): void;
  /** Everything that the copy holds, a line each, in an order and in words that do not depend on how it came to be. */
  lines(): Iterable<string>;
}

/** How the tables of a kind of projection are made and thrown away. */
export interface TablesKind {
  /** The tables of a copy, in the order in which they are emptied and dropped; each with the columns of its key. */
  tables(copy: number): readonly { readonly name: string; readonly key: string }[];
  create(copy: number): string;
  open(shared: Shared, copy: number): ProjectionTables;
  /** Statements that select rows which contradict the event store, with what such rows are. */
  checks?(copy: number): readonly { readonly what: string; readonly sql: string }[];
  /** Selects the revision of a row by the stream's id. */
  revision(copy: number): string;
}

/** Part of a value that no column holds, as JSON; null where there is none. */
export function restOf(rest: Readonly<Record<string, unknown>>): string | null {
  const text = JSON.stringify(rest);
  return text === '{}' ? null : text;
}

export const parseRest = (rest: string | null): Readonly<Record<string, unknown>> =>
  rest === null ? {} : (JSON.parse(rest) as Readonly<Record<string, unknown>>);

/** The streams that a table has a row of, by name. */
export const streamsOf = (db: DatabaseSync, table: string): Iterable<readonly [stream: number, name: string]> =>
  new Query<readonly [number, string]>(
    db,
    `SELECT t.stream, s.name FROM ${table} t JOIN streams s ON s.id = t.stream ORDER BY s.name`,
  ).iterate();
