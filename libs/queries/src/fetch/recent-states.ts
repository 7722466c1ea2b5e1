import type { Revision, StreamName } from '@headwater/event-sourcing';
import type { EntityAt } from './entity-states.js';

/** Beside its document, what an entity takes, about. */
const OVERHEAD = 1000;

/**
 * The states that were served lately. A revision never changes, so whoever knows a stream's newest revision knows whether what is remembered
 * of it is still its newest state. Bounded by characters: two generations, of which the older one is forgotten when the younger is full.
 */
export class RecentStates {
  #younger = new Map<StreamName, EntityAt>();
  #older = new Map<StreamName, EntityAt>();
  #characters = 0;

  /** @param characters that the younger generation may have. */
  constructor(private readonly characters: number) {}

  /** The state of a stream at its newest revision, where it is remembered. */
  at(stream: StreamName, newest: Revision): EntityAt | undefined {
    const found = this.#younger.get(stream) ?? this.#older.get(stream);
    if (found?.entity.rev !== newest) return undefined;
    if (!this.#younger.has(stream)) this.remember(found);
    return found;
  }

  remember(state: EntityAt): void {
    const size = OVERHEAD + (state.compacted?.length ?? 0);
    if (size > this.characters / 4) return;
    if (this.#characters + size > this.characters) {
      this.#older = this.#younger;
      this.#younger = new Map();
      this.#characters = 0;
    }
    this.#younger.set(state.stream, state);
    this.#characters += size;
  }
}
