import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, NewestCommit } from '@headwater/event-sourcing';
import { entityStream, projectName, type ProjectRef } from '@headwater/event-contracts';
import { DirectoryLookup, type Located } from '@headwater/directory';
import { InvalidSegment, type Iri } from '@headwater/linked-data';
import { DIRECTORY_LOOKUP, EVENT_STORE } from '@headwater/platform';
import { namesOf, type ProjectNames } from './located-project.js';

const REMEMBERED = 10_000;

/** What one round of look-ups found. */
export interface Found {
  readonly located: Located;
  readonly names: ProjectNames;
  /** What the round found of an entity: undefined where it did not ask for this one. */
  readonly newestOf: (id: Iri) => { readonly commit: NewestCommit | undefined } | undefined;
}

/**
 * Looks organisation, project and entity up in one round, although the entity's stream is known only once its project is: it is guessed with
 * the names that the project had the last time. A wrong guess costs a second round, never a wrong answer.
 */
@Injectable()
export class ResourceLookup {
  readonly #last = new Map<string, ProjectNames>();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup,
  ) {}

  /**
   * @param idIn the entity's id with these names; undefined where it cannot be known yet.
   * @throws Rejection OrganizationNotFound, ProjectNotFound.
   */
  async find(ref: ProjectRef, idIn: (names: ProjectNames) => Iri | undefined): Promise<Found> {
    const guess = this.#guess(ref, idIn);
    const streams = this.directory.streamsOf(ref);
    const newest = await this.store.newest(guess === undefined ? streams : [...streams, entityStream(ref, guess)]);
    const located = await this.directory.located(ref, newest);
    const names = namesOf(located);
    this.#remember(ref, names);
    return { located, names, newestOf: (id) => (id === guess ? { commit: newest[2] } : undefined) };
  }

  #guess(ref: ProjectRef, idIn: (names: ProjectNames) => Iri | undefined): Iri | undefined {
    const names = this.#last.get(projectName(ref));
    if (names === undefined) return undefined;
    try {
      return idIn(names);
    } catch (error) {
      if (error instanceof InvalidSegment) return undefined;
      throw error;
    }
  }

  #remember(ref: ProjectRef, names: ProjectNames): void {
    const key = projectName(ref);
    if (this.#last.get(key) === names) return;
    if (this.#last.size >= REMEMBERED) this.#last.clear();
    this.#last.set(key, names);
  }
}
