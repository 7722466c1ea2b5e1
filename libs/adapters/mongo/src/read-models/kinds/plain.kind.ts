import { placeOf, rowAt, type ProjectionKind, type StoredRow } from './kind.js';

interface PlainDocument extends StoredRow {
  readonly value: string;
}

/** Rows as JSON, by stream: for a projection that no reader here has queries for. */
export const plainKind: ProjectionKind = {
  indexes: [],
  history: true,
  encode: (row): PlainDocument => ({ ...placeOf(row), value: JSON.stringify(row.value) }),
  decode: (stored) => rowAt(stored, JSON.parse((stored as PlainDocument).value)),
};
