import { baseAt, offset, partition, revision, type Row } from '@headwater/event-sourcing';
import { projectName } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import type { FeedRow } from '@headwater/read-models';
import { placeOf, rowAt, type ProjectionKind, type StoredRow } from './kind.js';

/** A row lies where its newest event lies: a page of changes is a range of an index. Contents are not stored again. */
export interface FeedDocument extends StoredRow {
  /** `{organization}/{project}`. */
  readonly project: string;
  readonly id: string;
  readonly item: boolean;
  readonly partition: number;
  readonly offset: number;
  /** The row's own, where it says another revision than the one it has come to. */
  readonly valueRev?: number;
  readonly contentRev: number;
  readonly contentBase: number;
  readonly deprecated: boolean;
  readonly modified: string;
  /** JSON. */
  readonly identity?: string;
}

export const CHANGES_INDEX = { name: 'changes', key: { project: 1, partition: 1, offset: 1 } } as const;

export const feedKind: ProjectionKind = {
  indexes: [{ ...CHANGES_INDEX, partialFilterExpression: { item: true } }],
  history: true,
  encode(row): FeedDocument {
    const {
      id,
      item,
      partition: of,
      offset: at,
      rev,
      contentRev,
      contentBase,
      deprecated,
      modified,
      identity,
      ...scope
    } = (row as Row<FeedRow>).value;
    return {
      ...placeOf(row),
      project: projectName(scope),
      id,
      item,
      partition: of,
      offset: at,
      ...(rev === row.revision ? {} : { valueRev: rev }),
      contentRev,
      contentBase,
      deprecated,
      modified,
      ...(identity === undefined ? {} : { identity: JSON.stringify(identity) }),
    };
  },
  decode: (stored) => rowAt(stored, decodeFeedRow(stored as FeedDocument)),
};

export function decodeFeedRow(document: FeedDocument): FeedRow {
  const { project, rev, valueRev, contentRev, contentBase, item, deprecated, modified, identity } = document;
  // Labels hold no `/`.
  const slash = project.indexOf('/');
  return {
    organization: project.slice(0, slash),
    project: project.slice(slash + 1),
    id: document.id as Iri,
    item,
    partition: partition(document.partition),
    offset: offset(document.offset),
    rev: revision(valueRev ?? rev),
    contentRev: revision(contentRev),
    contentBase: baseAt(revision(contentBase)),
    deprecated,
    modified,
    ...(identity === undefined ? {} : { identity: JSON.parse(identity) as NonNullable<FeedRow['identity']> }),
  };
}
