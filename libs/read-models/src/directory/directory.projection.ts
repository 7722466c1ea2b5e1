import { projectionName, type Projection } from '@headwater/event-sourcing';
import {
  isOrganizationStream,
  isProjectStream,
  type HeadwaterEvent,
  type OrganizationEvent,
  type ProjectEvent,
} from '@headwater/event-contracts';
import { organizationKind, projectKind, type Organization, type Project } from '@headwater/directory';

export type DirectoryRow = Organization | Project;

export const DIRECTORY = projectionName('directory');

/** Counter keys of the lists: `orgs|{0 or 1 for deprecated}`, `projects|...` and `projects/{org}|...`. */
export const directoryCounterKey = (list: 'orgs' | 'projects' | `projects/${string}`, deprecated: boolean): string =>
  `${list}|${deprecated ? '1' : '0'}`;

/** Organisations and projects, for their lists. */
export const directoryProjection: Projection<DirectoryRow, HeadwaterEvent> = {
  name: DIRECTORY,
  version: 1,
  consumes: (stream) => isOrganizationStream(stream) || isProjectStream(stream),

  project(row, { recorded }) {
    const state = isOrganizationStream(recorded.stream)
      ? organizationKind.decider.evolve(
          row?.kind === 'organization' ? row : { kind: 'absent' },
          recorded as typeof recorded & OrganizationEvent,
        )
      : projectKind.decider.evolve(row?.kind === 'project' ? row : { kind: 'absent' }, recorded as typeof recorded & ProjectEvent);
    if (state.kind === 'absent') throw new Error(`${recorded.type} leaves nothing of ${recorded.stream}.`);
    return state;
  },

  counts: (row) =>
    row.kind === 'organization'
      ? [directoryCounterKey('orgs', row.deprecated)]
      : [directoryCounterKey('projects', row.deprecated), directoryCounterKey(`projects/${row.organization}`, row.deprecated)],
};
