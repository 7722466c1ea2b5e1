import { projectionName, type Base, type Offset, type Partition, type Projection, type Revision } from '@headwater/event-sourcing';
import { isEntityStream, type EntityEvent, type HeadwaterEvent, type PushedIdentity } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';

/** An entity's place in the latest-state feed of its project: that of its newest event. */
export interface FeedRow {
  readonly organization: string;
  readonly project: string;
  readonly id: Iri;
  /** Only resources are items of a changes feed; other entities have events only. */
  readonly item: boolean;
  readonly partition: Partition;
  readonly offset: Offset;
  readonly rev: Revision;
  /** The revision whose event holds the content. */
  readonly contentRev: Revision;
  /** The base of that event's commit. */
  readonly contentBase: Base;
  readonly deprecated: boolean;
  /** ISO 8601: when the content was received, for an item that does not say `meta.modified` itself. */
  readonly modified: string;
  readonly identity?: PushedIdentity;
}

export const FEED = projectionName('feed');

/** Server-sent events and dataset changes (design.md, Projections). Its history is insert-only, one record an event. */
export const feedProjection: Projection<FeedRow, HeadwaterEvent> = {
  name: FEED,
  version: 1,
  consumes: isEntityStream,

  project(row, { partition, offset, recorded }) {
    const { type, data, revision, base, instant } = recorded as typeof recorded & EntityEvent;
    const { organization, project, id } = data;
    const moved = { organization, project, id, partition, offset, rev: revision };
    switch (type) {
      case 'ResourceCreated':
      case 'ResourceUpdated': {
        const identity = data.pushed?.identity ?? row?.identity;
        const content = { item: true, contentRev: revision, contentBase: base, deprecated: false, modified: instant };
        return { ...moved, ...content, ...(identity === undefined ? {} : { identity }) };
      }
      case 'ResolverCreated':
        return { ...moved, item: false, contentRev: revision, contentBase: base, deprecated: false, modified: instant };
      default:
        // The feed parks nothing: what has no content is no item, but has its place.
        return {
          ...(row ?? { item: false, contentRev: revision, contentBase: base, modified: instant }),
          ...moved,
          deprecated: type === 'ResourceDeprecated' || (row?.deprecated === true && type !== 'ResourceUndeprecated'),
        };
    }
  },

  history: ({ recorded }) => {
    const { organization, project } = (recorded as typeof recorded & EntityEvent).data;
    return { organization, project };
  },
};
