import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, NewestCommit, Revision, StreamName } from '@headwater/event-sourcing';
import { projectNotFound, type DirectoryLookup, type Project } from '@headwater/directory';
import { projectName, projectStream, type ProjectRef } from '@headwater/event-contracts';
import { effectiveMappings, type Iri, type Mappings } from '@headwater/linked-data';
import { DIRECTORY_LOOKUP, DIRECTORY_READER, EVENT_STORE, projectRef } from '@headwater/platform';
import type { DirectoryReader } from '@headwater/read-models';

/** A project that exists, with what texts of a request mean in it. */
export interface ProjectScope {
  readonly ref: ProjectRef;
  /** Of the project: another one may mean other things. */
  readonly rev: Revision;
  readonly base: Iri;
  readonly vocab: Iri;
  readonly mappings: Mappings;
}

/** A project and a stream in it, looked up in one round. */
export interface StreamInScope {
  readonly scope: ProjectScope;
  readonly stream: StreamName;
  /** The stream's newest commit; undefined where it has none. */
  readonly newest: NewestCommit | undefined;
}

const REMEMBERED = 10_000;

/** The projects that requests name, as they are in the event store at this moment. */
@Injectable()
export class ProjectScopes {
  /** The scopes that were found last, by `{org}/{project}`: valid as long as the project is at their revision. */
  readonly #known = new Map<string, ProjectScope>();

  constructor(
    @Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DIRECTORY_READER) private readonly applied: DirectoryReader,
  ) {}

  /** Deprecated ones too: reads go on (resources.md 1.1). @throws ValidationRejection, OrganizationNotFound, ProjectNotFound */
  async of(organization: string, label: string): Promise<ProjectScope> {
    const known = this.#known.get(`${organization}/${label}`);
    if (known === undefined) return this.#read(projectRef(organization, label));
    // A project is in its organisation for ever: the project alone has to be looked at.
    const [newest] = await this.store.newest([projectStream(known.ref)]);
    return newest?.revision === known.rev ? known : this.#read(known.ref);
  }

  /**
   * A project and a stream of it in one look into the store: what the request means is read with the project as it was last, and once more
   * where the project has changed since.
   *
   * @throws what `of` and `streamOf` throw
   */
  async withStream(organization: string, label: string, streamOf: (scope: ProjectScope) => StreamName): Promise<StreamInScope> {
    const known = this.#known.get(`${organization}/${label}`);
    const stream = known === undefined ? undefined : unlessRefused(() => streamOf(known));
    if (known !== undefined && stream !== undefined) {
      const [project, newest] = await this.store.newest([projectStream(known.ref), stream]);
      if (project?.revision === known.rev) return { scope: known, stream, newest };
    }
    const scope = await this.of(organization, label);
    const named = streamOf(scope);
    const [newest] = await this.store.newest([named]);
    return { scope, stream: named, newest };
  }

  /** As it was seen here or applied last, without the event store. @throws ValidationRejection, ProjectNotFound */
  async lastKnown(organization: string, label: string): Promise<ProjectScope> {
    const known = this.#known.get(`${organization}/${label}`);
    if (known !== undefined) return known;
    const ref = projectRef(organization, label);
    const project = await this.applied.project(ref);
    if (project === undefined) throw projectNotFound(ref);
    return scopeOf(ref, project);
  }

  async #read(ref: ProjectRef): Promise<ProjectScope> {
    const { project } = await this.directory.located(ref);
    const scope = scopeOf(ref, project);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(projectName(ref), scope);
    return scope;
  }
}

const scopeOf = (ref: ProjectRef, { rev, base, vocab, apiMappings }: Project): ProjectScope => ({
  ref,
  rev,
  base,
  vocab,
  mappings: effectiveMappings(apiMappings),
});

/** What a request means in a project as it was may be refused; whether it is in the project as it is now has to be asked then. */
function unlessRefused(read: () => StreamName): StreamName | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
