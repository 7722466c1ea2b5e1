import type { Organization, Project } from '@headwater/directory';
import type { ProjectRef } from '@headwater/event-contracts';

export interface DirectoryQuery {
  /** Undefined: both. */
  readonly deprecated?: boolean;
  /** Part of the label, ignoring case. */
  readonly label?: string;
  readonly from: number;
  readonly size: number;
}

export interface DirectoryPage<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

/** Reads the directory projection, ordered by creation, then label, then organisation. Totals are exact. */
export interface DirectoryReader {
  organizations(query: DirectoryQuery): Promise<DirectoryPage<Organization>>;
  /** Of one organisation, or of all. */
  projects(query: DirectoryQuery & { readonly organization?: string }): Promise<DirectoryPage<Project>>;
  /** One project as it was applied last, also where the event store is out of reach. */
  project(ref: ProjectRef): Promise<Project | undefined>;
}
