import type { HistoryRecord } from '@headwater/event-sourcing';
import type { ClientSession, Collection, Db } from 'mongodb';
import type { CollectionPlan } from '../collections.js';
import { insertSmall } from './small-writes.js';

/** Where an event lies in the log and to whom it belongs. The event itself is in its commit. */
export interface HistoryDocument {
  readonly _id: HistoryPlace;
  readonly stream: string;
  readonly revision: number;
  readonly base: number;
  readonly eventId: string;
  readonly organization: string;
  readonly project: string;
}

/** Compared member by member, in this order. */
export interface HistoryPlace {
  readonly partition: number;
  readonly offset: number;
}

export const historyName = (copy: string): string => `${copy}_history`;

export const HISTORY_INDEXES = {
  stream: { name: 'by_stream', key: { stream: 1, revision: 1 }, unique: true },
  organization: { name: 'of_organization', key: { organization: 1, _id: 1 } },
  project: { name: 'of_project', key: { organization: 1, project: 1, _id: 1 } },
} as const;

export const historyPlan = (copy: string): CollectionPlan => ({ name: historyName(copy), indexes: Object.values(HISTORY_INDEXES) });

export const historyIn = (db: Db, copy: string): Collection<HistoryDocument> => db.collection<HistoryDocument>(historyName(copy));

/** Insert-only: an event that is here already would be a fault of the fold, and stores nothing. */
export async function keepHistory(db: Db, copy: string, records: readonly HistoryRecord[], session: ClientSession): Promise<void> {
  if (records.length === 0) return;
  const documents = records.map(({ partition, offset, stream, revision, base, eventId, organization, project }) => ({
    _id: { partition, offset },
    stream,
    revision,
    base,
    eventId,
    organization,
    project,
  }));
  await insertSmall(db, historyName(copy), documents, session);
}
