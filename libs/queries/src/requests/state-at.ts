import {
  fold,
  revision,
  type Commit,
  type DomainEvent,
  type EventCodec,
  type EventId,
  type EventStore,
  type Revision,
  type StreamKind,
  type StreamName,
} from '@headwater/event-sourcing';
import { eventCodec } from '@headwater/event-contracts';

/** What a stream was at a revision. */
export interface StateAt<State> {
  readonly state: State;
  /** Of the event that made the revision. */
  readonly eventId: EventId;
  /** That holds the revision. */
  readonly commit: Commit;
}

/**
 * The state of a stream at a revision; undefined where it has none. A commit keeps the state at its end, so that the history's length does not
 * matter; a revision inside a commit, or a state of another format, is folded.
 */
export async function stateAt<State, Command, Event extends DomainEvent>(
  store: EventStore,
  { decider, states }: StreamKind<State, Command, Event>,
  stream: StreamName,
  rev: number,
): Promise<StateAt<State> | undefined> {
  const at = revision(rev);
  const [commit] = await store.read(stream, at, at);
  const event = commit?.events[at - commit.base - 1];
  if (commit === undefined || event === undefined) return undefined;
  const kept = at === endOf(commit) ? states.decode(commit.after) : undefined;
  const state = kept ?? (await fold(store, eventCodec as unknown as EventCodec<Event>, decider, stream, at));
  return { state, eventId: event.id, commit };
}

const endOf = ({ base, events }: Commit): Revision => revision(base + events.length);
