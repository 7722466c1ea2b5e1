import {
  decide,
  loadState,
  revision,
  type Cause,
  type Commit,
  type EventStore,
  type Loaded,
  type NewestCommit,
  type StoredEvent,
  type StreamName,
} from '@headwater/event-sourcing';
import { entityCodec, type EntityEvent, type Pushed } from '@headwater/event-contracts';
import { entityKind, type EntityState, type ReadContent, type ResourceCommand } from '@headwater/resources';

/** What an item wants of its stream. */
export type Wanted =
  { readonly type: 'store'; readonly content: ReadContent; readonly pushed: Pushed } | { readonly type: 'delete'; readonly pushed: Pushed };

/** The commit of one stream, while items are still added to it. */
interface Planned {
  readonly wanted: Wanted[];
  readonly first: Commit;
  readonly events: StoredEvent[];
  after: string;
  loaded: Loaded<EntityState>;
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
    const { base } = before?.first ?? commit;
    const moved = { ...loaded, state, revision: revision(loaded.revision + commit.events.length), base };
    if (before === undefined) {
      const { events, after } = commit;
      this.#streams.set(loaded.stream, { wanted: [wanted], first: commit, events: [...events], after, loaded: moved });
    } else {
      before.wanted.push(wanted);
      before.events.push(...commit.events);
      before.after = commit.after;
      before.loaded = moved;
    }
  }

  get commits(): readonly Commit[] {
    return Array.from(this.#streams.values(), ({ first, events, after }) => ({ ...first, events, after }));
  }

  /** What was written, once the commits are in the store. */
  get written(): readonly Pick<Loaded<EntityState>, 'stream' | 'revision'>[] {
    return Array.from(this.#streams.values(), ({ loaded }) => ({ stream: loaded.stream, revision: loaded.revision }));
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
