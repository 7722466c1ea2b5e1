import {
  decide,
  loadState,
  type Cause,
  type Commit,
  type EventStore,
  type Loaded,
  type NewestCommit,
  type StreamName,
} from '@headwater/event-sourcing';
import { entityCodec, type EntityEvent, type Pushed } from '@headwater/event-contracts';
import { entityKind, type EntityState, type ReadContent, type ResourceCommand } from '@headwater/resources';

/** What an item wants of its stream. */
export type Wanted =
  { readonly type: 'store'; readonly content: ReadContent; readonly pushed: Pushed } | { readonly type: 'delete'; readonly pushed: Pushed };

interface Planned {
  readonly wanted: Wanted[];
  loaded: Loaded<EntityState>;
  commit?: Commit;
}

/**
 * The commits of a push, one a stream: items with one identity are decided in the order in which they were sent, each upon what the one
 * before it left, and their events are one commit, so that the history shows each and the state the last.
 */
export class PushPlan {
  readonly #streams = new Map<StreamName, Planned>();

  constructor(
    private readonly store: EventStore,
    private readonly cause: Cause,
    private readonly check: (commit: Commit) => void,
  ) {}

  /** The stream as the items before have left it; undefined where none changed it. */
  planned(stream: StreamName): Loaded<EntityState> | undefined {
    return this.#streams.get(stream)?.loaded;
  }

  load(stream: StreamName, newest: NewestCommit | undefined): Promise<Loaded<EntityState>> {
    return loadState(this.store, entityCodec, entityKind, stream, newest);
  }

  /**
   * Adds what an item wants, unless it changes nothing.
   *
   * @param loaded the stream as it is before the item: `planned`, or what `load` gave.
   * @throws what the decider and the check refuse; the plan is then as it was.
   */
  add(loaded: Loaded<EntityState>, wanted: Wanted): void {
    const decided = decide<EntityState, ResourceCommand, EntityEvent>(entityCodec, entityKind, loaded, commandOf(wanted), this.cause);
    const { commit, state } = decided;
    if (commit === undefined) return;
    this.check(commit);
    const before = this.#streams.get(loaded.stream);
    const after = { ...loaded, state, revision: (loaded.revision + commit.events.length) as Loaded<EntityState>['revision'] };
    if (before?.commit === undefined) {
      this.#streams.set(loaded.stream, { wanted: [wanted], loaded: after, commit });
    } else {
      before.commit = { ...before.commit, events: [...before.commit.events, ...commit.events], after: commit.after };
      before.loaded = after;
      before.wanted.push(wanted);
    }
  }

  get commits(): readonly Commit[] {
    return [...this.#streams.values()].flatMap(({ commit }) => commit ?? []);
  }

  /** What was written, once the commits are in the store. */
  get written(): readonly Pick<Loaded<EntityState>, 'stream' | 'revision'>[] {
    return [...this.#streams.values()].map(({ loaded: { stream, revision } }) => ({ stream, revision }));
  }

  /** Decides streams anew that others were faster on. @throws what the decider refuses. */
  async decideAgain(streams: readonly StreamName[]): Promise<void> {
    const newest = await this.store.newest(streams);
    for (const [index, stream] of streams.entries()) {
      const wanted = this.#streams.get(stream)?.wanted ?? [];
      this.#streams.delete(stream);
      let loaded = await this.load(stream, newest[index]);
      for (const one of wanted) {
        this.add(loaded, one);
        loaded = this.planned(stream) ?? loaded;
      }
    }
  }
}

const commandOf = (wanted: Wanted): ResourceCommand =>
  wanted.type === 'store'
    ? { type: 'StorePushedItem', content: wanted.content, pushed: wanted.pushed }
    : { type: 'DeletePushedItem', pushed: wanted.pushed };
