import { Inject, Injectable } from '@nestjs/common';
import type { DirectoryLookup, Project } from '@headwater/directory';
import type { ProjectRef } from '@headwater/event-contracts';
import { effectiveMappings, type Iri, type Mappings } from '@headwater/linked-data';
import { DIRECTORY_LOOKUP, projectRef } from '@headwater/platform';

/** A project that exists, with what texts of a request mean in it. */
export interface ProjectScope {
  readonly ref: ProjectRef;
  readonly base: Iri;
  readonly vocab: Iri;
  readonly mappings: Mappings;
}

/** The projects that requests name, as they are in the event store at this moment. */
@Injectable()
export class ProjectScopes {
  /** The directory gives the same object for the same revision. */
  readonly #known = new WeakMap<Project, ProjectScope>();

  constructor(@Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup) {}

  /** Deprecated ones too: reads go on (resources.md 1.1). @throws ValidationRejection, OrganizationNotFound, ProjectNotFound */
  async of(organization: string, label: string): Promise<ProjectScope> {
    const ref = projectRef(organization, label);
    const { project } = await this.directory.located(ref);
    const known = this.#known.get(project);
    if (known !== undefined) return known;
    const { base, vocab, apiMappings } = project;
    const scope = { ref, base, vocab, mappings: effectiveMappings(apiMappings) };
    this.#known.set(project, scope);
    return scope;
  }
}
