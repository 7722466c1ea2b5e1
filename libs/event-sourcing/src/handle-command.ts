import { randomFillSync } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  NO_REVISION,
  baseAt,
  eventId,
  revision,
  type Base,
  type CommandId,
  type EventId,
  type Partition,
  type Revision,
  type StreamName,
} from './brand.js';
import type { Decider, StreamKind } from './decider.js';
import type { Actor, Commit, DomainEvent, EventCodec, Recorded } from './event.js';
import {
  OutcomeUnknown,
  RevisionConflict,
  type AppendOutcome,
  type AppendTogetherOutcome,
  type EventStore,
  type NewestCommit,
  type Receipt,
} from './event-store.js';

/** Where a command comes from; part of every event that it causes. */
export interface Cause {
  readonly actor: Actor;
  readonly commandId: CommandId;
  readonly trace?: string;
  /** Milliseconds since 1970, read once at the edge. */
  readonly now: number;
}

/** A stream as it was loaded for a decision. */
export interface Loaded<State> {
  readonly stream: StreamName;
  readonly revision: Revision;
  /** Of the commit that what is decided becomes a part of, where that has events already; else the revision. */
  readonly base?: Base;
  readonly partition: Partition;
  readonly state: State;
}

/** A decision that has not been stored yet. */
export interface Decided<State, Event extends DomainEvent> {
  readonly state: State;
  readonly events: readonly Recorded<Event>[];
  /** Absent where the command changes nothing. */
  readonly commit?: Commit;
}

export interface Handled<State, Event extends DomainEvent> {
  readonly state: State;
  readonly revision: Revision;
  readonly events: readonly Recorded<Event>[];
}

const MAX_TRIES = 10;
const ID_BYTES = 12;
const random = Buffer.alloc(ID_BYTES * 512);
let randomAt = random.length;

/** `{revision}-{96 random bits}`. */
export function newEventId(at: Revision): EventId {
  if (randomAt === random.length) {
    randomFillSync(random);
    randomAt = 0;
  }
  const id = random.toString('base64url', randomAt, randomAt + ID_BYTES);
  randomAt += ID_BYTES;
  return eventId(`${String(at)}-${id}`);
}

/** The state that a newest commit stands for; folds the stream where the commit's state is of another format. */
export async function loadState<State, Command, Event extends DomainEvent>(
  store: EventStore,
  codec: EventCodec<Event>,
  { decider, states }: StreamKind<State, Command, Event>,
  stream: StreamName,
  newest: NewestCommit | undefined,
): Promise<Loaded<State>> {
  if (newest === undefined) {
    return { stream, revision: NO_REVISION, partition: await store.partitionFor(stream), state: decider.initialState };
  }
  const state = states.decode(newest.after) ?? (await fold(store, codec, decider, stream, newest.revision));
  return { stream, revision: newest.revision, partition: newest.partition, state };
}

/** Revisions that are in memory at once, with their contents. */
const FOLD_PAGE = 50;

/** The state at a revision, from the stream's events alone. */
export async function fold<State, Command, Event extends DomainEvent>(
  store: EventStore,
  codec: EventCodec<Event>,
  decider: Decider<State, Command, Event>,
  stream: StreamName,
  upTo: Revision,
): Promise<State> {
  let state = decider.initialState;
  let last = 0;
  while (last < upTo) {
    const to = revision(Math.min(upTo, last + FOLD_PAGE));
    for (const commit of await store.read(stream, revision(last + 1), to)) {
      for (const event of recordedIn(commit, codec)) {
        if (event.revision <= last || event.revision > upTo) continue;
        state = decider.evolve(state, event);
        last = event.revision;
      }
    }
    if (last < to) throw new Error(`${stream} has no revision ${String(last + 1)}, but its newest is ${String(upTo)}.`);
  }
  return state;
}

/** A commit's events, decoded. */
export function recordedIn<Event extends DomainEvent>(commit: Commit, codec: EventCodec<Event>): readonly Recorded<Event>[] {
  return commit.events.map((stored, index) => codec.decode(commit.stream, revision(commit.base + 1 + index), stored));
}

/** Decides, and makes the commit that would store the decision. Pure but for the ids' random part. */
export function decide<State, Command, Event extends DomainEvent>(
  codec: EventCodec<Event>,
  kind: StreamKind<State, Command, Event>,
  loaded: Loaded<State>,
  command: Command,
  cause: Cause,
): Decided<State, Event> {
  const { decider, states } = kind;
  const facts = decider.decide(command, loaded.state);
  if (facts.length === 0) return { state: loaded.state, events: [] };
  const now = new Date(cause.now).toISOString();
  const previous = kind.lastInstant(loaded.state);
  // An event is never before the previous one of its stream, whatever the clock of this machine says.
  const instant = previous !== undefined && previous > now ? previous : now;
  const base = loaded.base ?? baseAt(loaded.revision);
  let state = loaded.state;
  const events = facts.map((fact, index): Recorded<Event> => {
    const at = revision(loaded.revision + 1 + index);
    const event: Recorded<Event> = {
      ...fact,
      id: newEventId(at),
      stream: loaded.stream,
      revision: at,
      base,
      instant,
      actor: cause.actor,
      commandId: cause.commandId,
      ...(cause.trace === undefined ? {} : { trace: cause.trace }),
    };
    state = decider.evolve(state, event);
    return event;
  });
  const commit: Commit = {
    stream: loaded.stream,
    base,
    partition: loaded.partition,
    events: events.map((event) => codec.encode(event)),
    after: states.encode(state),
  };
  return { state, events, commit };
}

export interface HandleOptions<State, Command, Event extends DomainEvent> {
  readonly store: EventStore;
  readonly codec: EventCodec<Event>;
  readonly kind: StreamKind<State, Command, Event>;
  readonly stream: StreamName;
  readonly command: Command;
  readonly cause: Cause;
  /** The stream's newest commit, where the caller has just loaded it with others in one round; used for the first try only. */
  readonly newest?: { readonly commit: NewestCommit | undefined };
  /** Refuses a commit before it is appended (its encoded size, say). */
  readonly check?: (commit: Commit) => void;
}

/**
 * Loads the stream's newest state, decides, appends at the revision that was loaded. A lost race loads and decides again, at most ten
 * times: where the caller named a revision, that second decision refuses it as stale; where not, the command applies to what is there now.
 *
 * @throws what `decide` and `check` throw; RevisionConflict, OutcomeUnknown, StoreUnavailable, StoreOverloaded.
 */
export async function handleCommand<State, Command, Event extends DomainEvent>(
  options: HandleOptions<State, Command, Event>,
): Promise<Handled<State, Event>> {
  const { store, codec, kind, stream, command, cause, check } = options;
  let known = options.newest;
  for (let tries = 1; ; tries += 1) {
    const newest = known === undefined ? (await store.newest([stream]))[0] : known.commit;
    known = undefined;
    const loaded = await loadState(store, codec, kind, stream, newest);
    const { state, events, commit } = decide(codec, kind, loaded, command, cause);
    if (commit === undefined) return { state, revision: loaded.revision, events };
    check?.(commit);
    const [outcome] = await store.append([commit]);
    if (await wasAppended(store, commit, outcome)) return { state, revision: revision(loaded.revision + events.length), events };
    if (tries === MAX_TRIES) throw new RevisionConflict(stream, commit.base);
  }
}

/**
 * Appends commits of several streams, all or none. A lost race is for the caller to decide anew.
 *
 * @returns the indices of the commits that lost a race, none where everything was stored.
 * @throws OutcomeUnknown, StoreUnavailable, StoreOverloaded.
 */
export async function appendTogether(store: EventStore, commits: readonly Commit[], receipt?: Receipt): Promise<readonly number[]> {
  const outcome: AppendTogetherOutcome = await store.appendTogether(commits, receipt);
  if (outcome.status === 'appended') return [];
  if (outcome.status === 'conflict') return outcome.conflicts;
  const [first] = commits;
  // All or none: the first commit answers for the rest.
  if (first === undefined || (await wasAppended(store, first, outcome))) return [];
  return commits.map((_, index) => index);
}

/** Milliseconds before each look at what became of a commit. */
const SETTLE_AFTER = [0, 20, 100];

/** Whether a commit is in the store; an unknown outcome is settled by comparing event ids (design.md, Streams, commits, events). */
async function wasAppended(store: EventStore, commit: Commit, outcome: AppendOutcome | undefined): Promise<boolean> {
  if (outcome?.status === 'appended') return true;
  if (outcome?.status === 'conflict') return false;
  const ids = commit.events.map((event) => event.id);
  let cause: unknown = outcome?.cause;
  for (const delay of SETTLE_AFTER) {
    if (delay > 0) await setTimeout(delay);
    try {
      const [found] = await store.commits([{ stream: commit.stream, base: commit.base }]);
      if (found !== undefined) return found.events[0]?.id === ids[0];
      // Absent now may still be under way: only a store that says "appended" or shows another commit settles it.
    } catch (error) {
      cause = error;
    }
  }
  throw new OutcomeUnknown(commit.stream, ids, cause);
}
