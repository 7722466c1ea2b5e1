import { eventId, revision, streamName, type Row } from '@headwater/event-sourcing';
import type { IndexDescription } from 'mongodb';

/** A row as it is stored: the stream's name, how far it has come, and what queries and readers need of its value. */
export interface StoredRow {
  /** The stream. */
  readonly _id: string;
  readonly rev: number;
  readonly eventId: string;
}

/**
 * How the rows of a projection are stored. Documents, IRIs and whatever else callers name are values, as text, and never names of fields.
 * `decode` gives back what `encode` was given, and `encode` is a function of the row alone, so that copies can be compared.
 */
export interface ProjectionKind {
  readonly indexes: readonly IndexDescription[];
  /** Whether a history is kept beside the rows. */
  readonly history: boolean;
  encode(row: Row<unknown>): StoredRow;
  decode(stored: StoredRow): Row<unknown>;
}

export const placeOf = ({ stream, revision: at, eventId: id }: Row<unknown>): StoredRow => ({ _id: stream, rev: at, eventId: id });

export const rowAt = <Value>({ _id, rev, eventId: id }: StoredRow, value: Value): Row<Value> => ({
  stream: streamName(_id),
  revision: revision(rev),
  eventId: eventId(id),
  value,
});
