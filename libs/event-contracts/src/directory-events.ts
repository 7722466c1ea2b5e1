import type { ApiMapping, Iri } from '@headwater/linked-data';

/** What a project's owner may set; `base` and `vocab` are absolute from its creation on (design.md, Events). */
export interface ProjectSettings {
  readonly description?: string;
  readonly base: Iri;
  readonly vocab: Iri;
  readonly apiMappings: readonly ApiMapping[];
  readonly enforceSchema: boolean;
}

interface OrganizationIdentity {
  readonly label: string;
  readonly uuid: string;
}

interface ProjectIdentity extends OrganizationIdentity {
  readonly organization: string;
  readonly organizationUuid: string;
}

export type OrganizationEvent =
  | { readonly type: 'OrganizationCreated'; readonly data: OrganizationIdentity & { readonly description?: string } }
  | { readonly type: 'OrganizationUpdated'; readonly data: OrganizationIdentity & { readonly description?: string } }
  | { readonly type: 'OrganizationDeprecated'; readonly data: OrganizationIdentity }
  | { readonly type: 'OrganizationUndeprecated'; readonly data: OrganizationIdentity };

export type ProjectEvent =
  | { readonly type: 'ProjectCreated'; readonly data: ProjectIdentity & ProjectSettings }
  | { readonly type: 'ProjectUpdated'; readonly data: ProjectIdentity & ProjectSettings }
  | { readonly type: 'ProjectDeprecated'; readonly data: ProjectIdentity }
  | { readonly type: 'ProjectUndeprecated'; readonly data: ProjectIdentity };
