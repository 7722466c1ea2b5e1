import type { DomainEvent, Recorded } from './event.js';

/**
 * The rules of one kind of stream. `decide` refuses by throwing a rejection and returns the events otherwise (none: nothing changes);
 * it has no clock, makes no ids and does not wait. `evolve` never refuses: what is in the stream has happened.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initialState: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Recorded<Event>): State;
}

/** How a decider's state is kept as a commit's `after`. */
export interface StateCodec<State> {
  encode(state: State): string;
  /** @returns undefined where the text is of another format version: the caller folds the stream instead. */
  decode(text: string): State | undefined;
}

/** States as JSON, with the number of their format first. A change of what a state holds needs another number: old commits are then folded. */
export const jsonStates = <State extends object>(format: number): StateCodec<State> => ({
  encode: (state) => JSON.stringify({ format, ...state }),
  decode: (text) => {
    const { format: found, ...state } = JSON.parse(text) as { readonly format: number } & State;
    return found === format ? (state as unknown as State) : undefined;
  },
});

/** Everything a command needs of one kind of stream. */
export interface StreamKind<State, Command, Event extends DomainEvent> {
  readonly decider: Decider<State, Command, Event>;
  readonly states: StateCodec<State>;
  /** The instant of the stream's last event, from its state; undefined where there is none. */
  lastInstant(state: State): string | undefined;
}
