import type { Row } from '@headwater/event-sourcing';
import type { DirectoryRow } from '@headwater/read-models';
import { placeOf, rowAt, type ProjectionKind, type StoredRow } from './kind.js';

/** Few rows, read often: the state as JSON, and an index in the order in which each list is shown. */
export interface DirectoryDocument extends StoredRow {
  readonly kind: DirectoryRow['kind'];
  /** Empty for an organisation. */
  readonly organization: string;
  readonly label: string;
  /** The label in lower case: what a part of it is looked for in. */
  readonly lowerLabel: string;
  readonly deprecated: boolean;
  readonly created: string;
  /** JSON of the row's value. */
  readonly value: string;
}

/** The order of every list. */
export const DIRECTORY_ORDER = { created: 1, label: 1, organization: 1 } as const;

export const directoryKind: ProjectionKind = {
  indexes: [
    { name: 'by_creation', key: { kind: 1, ...DIRECTORY_ORDER } },
    { name: 'of_organization', key: { kind: 1, organization: 1, created: 1, label: 1 } },
  ],
  history: false,
  encode(row): DirectoryDocument {
    const { value } = row as Row<DirectoryRow>;
    const { kind, label, deprecated, createdAt } = value;
    return {
      ...placeOf(row),
      kind,
      organization: kind === 'project' ? value.organization : '',
      label,
      lowerLabel: label.toLowerCase(),
      deprecated,
      created: createdAt,
      value: JSON.stringify(value),
    };
  },
  decode: (stored) => rowAt(stored, decodeDirectoryRow(stored as DirectoryDocument)),
};

export const decodeDirectoryRow = ({ value }: Pick<DirectoryDocument, 'value'>): DirectoryRow => JSON.parse(value) as DirectoryRow;
