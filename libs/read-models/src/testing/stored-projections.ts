import { baseAt, revision, type StreamName } from '@headwater/event-sourcing';
import type { StoredProjection } from '@headwater/event-sourcing/testing';
import type { Iri } from '@headwater/linked-data';
import { DIRECTORY, directoryCounterKey } from '../directory/directory.projection.js';
import { FEED, type FeedRow } from '../feed/feed.projection.js';
import { LINKS, type LinksRow } from '../links/links.projection.js';
import { RESOURCES, counterKey, type EntityRow } from '../resources/resources.projection.js';

// Rows of the real projections for the contract of projection stores: adapters keep parts of them in columns of their own.

const PROJECT = { organization: 'org', project: 'project' };
const UUIDS = { organizationUuid: 'o-uuid', projectUuid: 'p-uuid' };
const USER = { type: 'User', realm: 'internal', subject: 'jörg' } as const;

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;
const idOf = (stream: StreamName): Iri => stream.slice('entity/org/project/'.length) as Iri;

/** Rows of resources. */
export const storedResources: StoredProjection = {
  name: RESOURCES,
  counter: counterKey('org', 'project', false, `t${iri('T')}`),
  history: false,
  value: (stream, at): EntityRow => ({
    entity: {
      kind: 'resource',
      id: idOf(stream),
      ...PROJECT,
      ...UUIDS,
      types: [iri('T'), iri(`T${String(at % 2)}`)],
      rev: revision(at),
      contentRev: revision(Math.max(1, at - 1)),
      contentBase: baseAt(revision(Math.max(0, at - (at === 5 ? 3 : 2)))),
      createdAt: '2026-01-01T00:00:00.000Z',
      createdBy: USER,
      // Written with another precision than ours: given back as it was.
      updatedAt: at % 2 === 0 ? '2026-01-01T00:00:01Z' : '2026-01-01T00:00:01.001Z',
      updatedBy: { type: 'Anonymous' },
      deprecated: at % 3 === 0,
      schema: { id: iri('schema'), rev: at, project: 'org/project' },
      tags: at % 2 === 0 ? [] : [{ tag: '\u{1f600}', rev: 1 }],
      hash: `hash-${String(at)}`,
      ...(at % 2 === 0 ? {} : { pushed: { dataset: 'd', identity: { kind: 'id', id: 'x' } } }),
    },
    compacted: `{"@id":"${idOf(stream)}","$n.m":${String(at)}}`,
    labels: at % 2 === 0 ? {} : { name: 'é' },
  }),
};

/** Rows of links: none, one to itself, several. */
export const storedLinks: StoredProjection = {
  name: LINKS,
  counter: 'any',
  history: false,
  value: (stream, at): LinksRow => ({
    ...PROJECT,
    id: idOf(stream),
    outgoing: Array.from({ length: at % 4 }, (_, index) => ({
      target: index === 0 ? idOf(stream) : iri(`target-${String(at)}`),
      path: [iri('p'), iri(`q${String(index)}`)],
      types: index === 2 ? [iri('T')] : [],
    })),
  }),
};

/**
 * Rows of the feed.
 *
 * @param place where a row's event lies, in a log as the adapter knows it @param history whether the adapter keeps all of a history, and not only its places
 */
export const storedFeed = (
  place: (stream: StreamName, at: number) => Pick<FeedRow, 'partition' | 'offset'>,
  history: boolean,
): StoredProjection => ({
  name: FEED,
  counter: 'any',
  history,
  value: (stream, at): FeedRow => ({
    ...PROJECT,
    id: idOf(stream),
    item: at % 2 === 1,
    ...place(stream, at),
    rev: revision(at),
    contentRev: revision(at),
    contentBase: baseAt(revision(at === 7 ? 5 : at - 1)),
    deprecated: at % 3 === 0,
    modified: '2026-01-01T00:00:00.000Z',
    ...(at % 2 === 0 ? {} : { identity: { kind: 'source', source: 's', sourceId: 'i' } }),
  }),
});

/** Rows of organisations. */
export const storedDirectory: StoredProjection = {
  name: DIRECTORY,
  counter: directoryCounterKey('orgs', false),
  history: false,
  value: (stream, at) => ({
    kind: 'organization',
    label: stream,
    uuid: 'u',
    description: '\u2028',
    rev: revision(at),
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: USER,
    updatedAt: '2026-01-01T00:00:00.000Z',
    updatedBy: USER,
    deprecated: false,
  }),
};
