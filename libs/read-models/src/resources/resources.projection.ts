import { projectionName, type Projection } from '@headwater/event-sourcing';
import { isEntityStream, type EntityEvent, type HeadwaterEvent } from '@headwater/event-contracts';
import { resourceDecider, type Entity } from '@headwater/resources';
import { labelsOf, type Labels } from './labels.js';

/** What is known of an entity's newest revision: everything a fetch and a listing serve, as the bytes they serve. */
export interface EntityRow {
  readonly entity: Entity;
  /** The document as a fetch serves it, before its metadata is added (linked-data, `Document.compacted`). */
  readonly compacted: string;
  readonly labels: Labels;
}

export const RESOURCES = projectionName('resources');

/** Counter keys: `{org}/{project}|{0 or 1 for deprecated}|`, and with `t{type}` or `s{schema}` behind it. */
export const counterKey = (organization: string, project: string, deprecated: boolean, filter: '' | `t${string}` | `s${string}`): string =>
  `${organization}/${project}|${deprecated ? '1' : '0'}|${filter}`;

/** Fetch, source, tags and lists (design.md, Projections). */
export const resourcesProjection: Projection<EntityRow, HeadwaterEvent> = {
  name: RESOURCES,
  version: 1,
  consumes: isEntityStream,

  project(row, { recorded }) {
    const event = recorded as typeof recorded & EntityEvent;
    const entity = resourceDecider.evolve(row?.entity ?? resourceDecider.initialState, event);
    if (entity.kind === 'absent') throw new Error(`${recorded.type} leaves nothing of ${recorded.stream}.`);
    if ('content' in event.data) {
      return { entity, compacted: event.data.content.compacted, labels: labelsOf(event.data.content.expanded) };
    }
    if (row === undefined) throw new Error(`${recorded.type} comes before any content of ${recorded.stream}.`);
    return { ...row, entity };
  },

  counts({ entity: { organization, project, deprecated, types, schema } }) {
    const key = (filter: '' | `t${string}` | `s${string}`): string => counterKey(organization, project, deprecated, filter);
    // Counted once, whatever a document repeats.
    return [key(''), key(`s${schema.id}`), ...new Set(types.map((type) => key(`t${type}`)))];
  },
};
