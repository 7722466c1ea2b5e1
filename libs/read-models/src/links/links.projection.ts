import { projectionName, type Projection } from '@headwater/event-sourcing';
import { isEntityStream, type EntityEvent, type HeadwaterEvent } from '@headwater/event-contracts';
import type { Iri, Link } from '@headwater/linked-data';

/** What an entity's document points to. Incoming links are an index over these rows. */
export interface LinksRow {
  readonly organization: string;
  readonly project: string;
  readonly id: Iri;
  readonly outgoing: readonly Link[];
}

export const LINKS = projectionName('links');

/** Incoming and outgoing (resources.md 3.9). */
export const linksProjection: Projection<LinksRow, HeadwaterEvent> = {
  name: LINKS,
  version: 1,
  consumes: isEntityStream,
  project(row, { recorded }) {
    const { type, data } = recorded as typeof recorded & EntityEvent;
    const { organization, project, id } = data;
    if (type === 'ResourceCreated' || type === 'ResourceUpdated') return { organization, project, id, outgoing: data.links };
    return row ?? { organization, project, id, outgoing: [] };
  },
};
