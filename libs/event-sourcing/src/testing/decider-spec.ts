import { baseAt, commandId, eventId, revision, streamName } from '../brand.js';
import type { Decider } from '../decider.js';
import { ANONYMOUS, type DomainEvent, type Recorded } from '../event.js';
import { Rejection } from '../rejection.js';

/** What a command led to: to be compared with what was expected of it. */
export interface WhenDecided<Event extends DomainEvent, Code extends string> {
  /** These events, and no others. */
  then(...events: readonly Event[]): void;
  thenNothing(): void;
  /** A refusal with this code and these further members. */
  thenRejects(code: Code, extra?: Readonly<Record<string, unknown>>): void;
}

export interface GivenEvents<Command, Event extends DomainEvent, Code extends string> {
  when(command: Command): WhenDecided<Event, Code>;
}

export type Given<Command, Event extends DomainEvent, Code extends string> = (
  ...events: readonly Event[]
) => GivenEvents<Command, Event, Code>;

const FIRST_INSTANT = Date.UTC(2026, 0, 1);

/** The event as it would be recorded at a revision: a second after the one before. */
export function recordedAt<Event extends DomainEvent>(event: Event, at: number, stream = streamName('a-stream')): Recorded<Event> {
  return {
    ...event,
    id: eventId(`${String(at)}-id`),
    stream,
    revision: revision(at),
    base: baseAt(revision(at - 1)),
    instant: new Date(FIRST_INSTANT + at * 1000).toISOString(),
    actor: ANONYMOUS,
    commandId: commandId('a-command'),
  };
}

/** The state that events lead to. */
export function stateAfter<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  events: readonly Event[],
): State {
  return events.reduce((state, event, index) => decider.evolve(state, recordedAt(event, index + 1)), decider.initialState);
}

/**
 * `given(events).when(command).then(events)`, `.thenNothing()` or `.thenRejects(code)`: how the specification of a decider is written.
 *
 * @param same compares what happened with what was expected, and throws where they differ: `expect(...).toEqual(...)`.
 */
export function specificationOf<State, Command, Event extends DomainEvent, Code extends string>(
  decider: Decider<State, Command, Event>,
  same: (actual: unknown, expected: unknown) => void,
): Given<Command, Event, Code> {
  return (...events) => ({
    when: (command) => {
      const decide = (): readonly Event[] => decider.decide(command, stateAfter(decider, events));
      return {
        then: (...expected) => same(decide(), expected),
        thenNothing: () => same(decide(), []),
        thenRejects: (code, extra) => {
          const rejection = rejectionOf(decide);
          same(rejection.code, code);
          if (extra !== undefined) same(rejection.extra, extra);
        },
      };
    },
  });
}

function rejectionOf(decide: () => unknown): Rejection {
  let decided: unknown;
  try {
    decided = decide();
  } catch (error) {
    if (error instanceof Rejection) {
      const rejection: Rejection = error;
      return rejection;
    }
    throw error;
  }
  throw new Error(`A rejection was expected, but it was decided: ${JSON.stringify(decided)}.`);
}
