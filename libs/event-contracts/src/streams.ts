import { streamName, type StreamName } from '@headwater/event-sourcing';
import type { Iri } from '@headwater/linked-data';

/** `{org}/{project}`: how errors, tokens and messages name a project. Labels hold no `/`. */
export interface ProjectRef {
  readonly organization: string;
  readonly project: string;
}

export const organizationStream = (organization: string): StreamName => streamName(`org/${organization}`);
export const projectStream = ({ organization, project }: ProjectRef): StreamName => streamName(`project/${organization}/${project}`);
/** Every typed entity of a project has its stream here, so that an id is unique across types. */
export const entityStream = ({ organization, project }: ProjectRef, id: Iri): StreamName =>
  streamName(`entity/${organization}/${project}/${id}`);

export const isEntityStream = (stream: StreamName): boolean => stream.startsWith('entity/');
export const isOrganizationStream = (stream: StreamName): boolean => stream.startsWith('org/');
export const isProjectStream = (stream: StreamName): boolean => stream.startsWith('project/');

export const projectName = ({ organization, project }: ProjectRef): string => `${organization}/${project}`;
