import type { Row } from '@headwater/event-sourcing';
import { projectName } from '@headwater/event-contracts';
import type { Iri, Link } from '@headwater/linked-data';
import type { LinksRow } from '@headwater/read-models';
import { placeOf, rowAt, type ProjectionKind, type StoredRow } from './kind.js';

/** Incoming links are an index over the rows that they come from: `targets` names each other end once. */
export interface LinksDocument extends StoredRow {
  /** `{organization}/{project}`. */
  readonly project: string;
  readonly targets: readonly string[];
  /** The targets that several paths lead to, so that links are counted and not only the rows that have them. Absent: none. */
  readonly repeated?: readonly RepeatedTarget[];
  /** JSON of the row's value. */
  readonly value: string;
}

export interface RepeatedTarget {
  readonly target: string;
  readonly links: number;
}

export const INCOMING_INDEX = { name: 'incoming', key: { project: 1, targets: 1, _id: 1 } } as const;
export const REPEATED_INDEX = { name: 'repeated', key: { project: 1, 'repeated.target': 1, 'repeated.links': 1 } } as const;

export const linksKind: ProjectionKind = {
  indexes: [INCOMING_INDEX, { ...REPEATED_INDEX, partialFilterExpression: { repeated: { $exists: true } } }],
  history: false,
  encode(row): LinksDocument {
    const { value } = row as Row<LinksRow>;
    const counted = new Map<Iri, number>();
    for (const { target } of linksToOthers(value)) counted.set(target, (counted.get(target) ?? 0) + 1);
    const repeated = [...counted].filter(([, links]) => links > 1).map(([target, links]) => ({ target, links }));
    return {
      ...placeOf(row),
      project: projectName(value),
      targets: [...counted.keys()],
      ...(repeated.length === 0 ? {} : { repeated }),
      value: JSON.stringify(value),
    };
  },
  decode: (stored) => rowAt(stored, decodeLinks(stored as LinksDocument)),
};

export const decodeLinks = ({ value }: Pick<LinksDocument, 'value'>): LinksRow => JSON.parse(value) as LinksRow;

/** One link per target and path, in the order of the document: what a resource says of itself is no link. */
export function linksToOthers({ id, outgoing }: LinksRow): readonly Link[] {
  const seen = new Set<string>();
  return outgoing.filter(({ target, path }) => {
    const key = `${target} ${JSON.stringify(path)}`;
    if (target === id || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
