import { Inject, Injectable } from '@nestjs/common';
import { loadState, recordedIn, type EventStore, type NewestCommit, type Revision, type StreamName } from '@headwater/event-sourcing';
import { entityCodec, entityStream, projectName, type ProjectRef } from '@headwater/event-contracts';
import { isJsonObject, member, type ContextLoader, type Iri, type JsonValue, type LoadedContext } from '@headwater/linked-data';
import { EVENT_STORE } from '@headwater/platform';
import { entityKind } from '@headwater/resources';

const MAX_CACHED = 10_000;
const MAX_CACHED_CHARACTERS = 32 * 1024 * 1024;

interface Cached {
  /** The stream's newest revision when it was looked at. */
  readonly revision: Revision;
  readonly contentRev: Revision;
  readonly characters: number;
  /** Undefined for an entity whose source has no context. */
  readonly loaded?: LoadedContext;
}

/**
 * Contexts that are entities of the project itself, in the event store: what its default resolver finds (spec/resources.md 3.4). Which
 * revision is the newest is asked each time; what a revision says never changes, so it is kept, within bounds, and is the same object each
 * time. A revision is counted by content: tagging a context makes no other one of it.
 */
@Injectable()
export class EventStoreContexts {
  readonly #cache = new Map<StreamName, Cached>();
  #characters = 0;

  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  of(project: ProjectRef): ContextLoader {
    return { load: (iris) => this.#load(project, iris) };
  }

  async #load(project: ProjectRef, iris: readonly Iri[]): Promise<ReadonlyMap<Iri, LoadedContext>> {
    const found = new Map<Iri, LoadedContext>();
    const newest = await this.store.newest(iris.map((iri) => entityStream(project, iri)));
    for (const [index, iri] of iris.entries()) {
      const commit = newest[index];
      const loaded = commit === undefined ? undefined : await this.#contextAt(project, commit);
      if (loaded !== undefined) found.set(iri, loaded);
    }
    return found;
  }

  async #contextAt(project: ProjectRef, commit: NewestCommit): Promise<LoadedContext | undefined> {
    const { stream, revision } = commit;
    const known = this.#cache.get(stream);
    if (known?.revision === revision) return known.loaded;
    const { state } = await loadState(this.store, entityCodec, entityKind, stream, commit);
    if (state.kind === 'absent') return undefined;
    const { contentRev } = state;
    if (known?.contentRev === contentRev) {
      this.#keep(stream, { ...known, revision });
      return known.loaded;
    }
    const source = await this.#source(stream, contentRev);
    const context = contextIn(source);
    const loaded = context === undefined ? {} : { loaded: { context, project: projectName(project), rev: contentRev } };
    this.#keep(stream, { revision, contentRev, characters: source.length, ...loaded });
    return loaded.loaded;
  }

  async #source(stream: StreamName, at: Revision): Promise<string> {
    for (const commit of await this.store.read(stream, at, at)) {
      for (const { revision, data } of recordedIn(commit, entityCodec)) {
        if (revision === at && 'content' in data) return data.content.source;
      }
    }
    throw new Error(`${stream} has no content at revision ${String(at)}, although its state says so.`);
  }

  /** The oldest leave first: a map keeps the order in which entries came, and one that is kept again goes to its end. */
  #keep(stream: StreamName, entry: Cached): void {
    this.#characters -= this.#cache.get(stream)?.characters ?? 0;
    this.#cache.delete(stream);
    this.#cache.set(stream, entry);
    this.#characters += entry.characters;
    for (const [oldest, { characters }] of this.#cache) {
      if (this.#cache.size <= MAX_CACHED && this.#characters <= MAX_CACHED_CHARACTERS) break;
      this.#cache.delete(oldest);
      this.#characters -= characters;
    }
  }
}

function contextIn(source: string): JsonValue | undefined {
  const value = JSON.parse(source) as JsonValue;
  return isJsonObject(value) ? member(value, '@context') : undefined;
}
