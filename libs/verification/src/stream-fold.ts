import { isDeepStrictEqual } from 'node:util';
import { revision, type DomainEvent, type Recorded, type Revision, type StoredEvent, type StreamName } from '@headwater/event-sourcing';
import { eventCodec, isEntityStream, isOrganizationStream, isProjectStream } from '@headwater/event-contracts';
import { organizationKind, projectKind } from '@headwater/directory';
import { entityKind } from '@headwater/resources';

/** A decider whose types are those of its own stream only. */
interface Fold {
  readonly decider: { readonly initialState: unknown; evolve(state: unknown, event: Recorded<DomainEvent>): unknown };
  readonly states: { encode(state: unknown): string; decode(text: string): unknown };
}

function foldOf(stream: StreamName): Fold | undefined {
  if (isEntityStream(stream)) return entityKind;
  if (isOrganizationStream(stream)) return organizationKind;
  return isProjectStream(stream) ? projectKind : undefined;
}

/** Folds the events of one stream, in order, and compares with it what commits say of the state after them. */
export class StreamFold {
  readonly #stream: StreamName;
  readonly #problem: (text: string) => void;
  readonly #fold: Fold | undefined;
  #state: unknown;
  #broken = false;

  constructor(stream: StreamName, problem: (text: string) => void) {
    this.#stream = stream;
    this.#problem = problem;
    this.#fold = foldOf(stream);
    this.#state = this.#fold?.decider.initialState;
  }

  /** @param after the state that the event's commit says there is after it; for the last event of a commit only. */
  take(at: number, stored: StoredEvent, after: string | undefined): void {
    if (!stored.id.startsWith(`${String(at)}-`)) this.#problem(`Revision ${String(at)} of ${this.#stream} has the event id ${stored.id}.`);
    if (this.#fold === undefined || this.#broken) return;
    try {
      this.#state = this.#fold.decider.evolve(this.#state, eventCodec.decode(this.#stream, revision(at), stored));
      if (after !== undefined) this.#compare(this.#fold, revision(at), after);
    } catch (error) {
      this.#broken = true;
      this.#problem(
        `Revision ${String(at)} of ${this.#stream} cannot be folded: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #compare({ states }: Fold, at: Revision, after: string): void {
    // A state of another format is not compared: it is folded again when it is next loaded.
    if (states.decode(after) === undefined || isDeepStrictEqual(JSON.parse(after), JSON.parse(states.encode(this.#state)))) return;
    this.#problem(`The state after revision ${String(at)} of ${this.#stream} is not what its events fold to.`);
  }
}
