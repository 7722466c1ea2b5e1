/**
 * What a client knows of what it wrote: for each resource the state that was acknowledged, and at most one change whose answer it never got.
 * Pure: no clock, no I/O.
 *
 * @typedef {object} State
 * @property {number} rev 0 where it does not exist.
 * @property {string | undefined} value
 * @property {boolean} deprecated
 * @property {Readonly<Record<string, number>>} tags
 * @property {readonly (string | undefined)[]} values What each revision's content is, from the first.
 *
 * @typedef {{ kind: 'content', value: string } | { kind: 'tag', tag: string, rev: number } | { kind: 'deprecate' } | { kind: 'undeprecate' }} Change
 */

/** @type {State} */
export const ABSENT = Object.freeze({ rev: 0, value: undefined, deprecated: false, tags: {}, values: [] });

/** The state after a change, which makes one revision. @param {State} state @param {Change} change @returns {State} */
export function after(state, change) {
  const rev = state.rev + 1;
  switch (change.kind) {
    case 'content':
      return { ...state, rev, value: change.value, values: [...state.values, change.value] };
    case 'tag':
      return { ...state, rev, tags: { ...state.tags, [change.tag]: change.rev }, values: [...state.values, state.value] };
    case 'deprecate':
    case 'undeprecate':
      return { ...state, rev, deprecated: change.kind === 'deprecate', values: [...state.values, state.value] };
  }
}

/** @param {State} state @param {readonly Change[]} changes */
export const afterAll = (state, changes) => changes.reduce(after, state);

/** What a push of an item does to it (spec/datasets.md, rulings 4 and 15). @param {State} state @param {{ value: string, isDeleted: boolean }} item @returns {Change[]} */
export function pushed(state, { value, isDeleted }) {
  if (isDeleted) return state.rev === 0 || state.deprecated ? [] : [{ kind: 'deprecate' }];
  const returned = state.deprecated ? [{ kind: 'undeprecate' }] : [];
  return value === state.value ? returned : [...returned, { kind: 'content', value }];
}

/**
 * Writes that are one: acknowledged together, there together or not at all.
 * @typedef {{ changes: ReadonlyMap<string, readonly Change[]>, what: string }} Write
 */
export class Expectation {
  /** @type {Map<string, State>} */
  #acknowledged = new Map();
  /** @type {Set<Write>} */
  #open = new Set();
  acknowledgements = 0;

  /** The state by what was acknowledged. @param {string} id @returns {State} */
  state = (id) => this.#acknowledged.get(id) ?? ABSENT;

  ids = () => [...this.#acknowledged.keys()];

  /** @param {Write} write */
  sent(write) {
    this.#open.add(write);
  }

  /** @param {Write} write */
  acknowledged(write) {
    this.#apply(write);
    this.#open.delete(write);
    this.acknowledgements += 1;
  }

  /** Writes without an answer. */
  open = () => [...this.#open];

  /** What was found settles a write without an answer. @param {Write} write @param {boolean} stored */
  settled(write, stored) {
    if (stored) this.#apply(write);
    this.#open.delete(write);
  }

  #apply({ changes }) {
    for (const [id, made] of changes) if (made.length > 0) this.#acknowledged.set(id, afterAll(this.state(id), made));
  }
}

/**
 * Whether a write without an answer is there, by the revisions that are found; half of it is a violation.
 * @param {Write} write @param {(id: string) => State} before @param {ReadonlyMap<string, number>} found revision by id, 0 where absent
 * @returns {'stored' | 'absent' | 'torn'}
 */
export function outcomeOf({ changes }, before, found) {
  const made = [...changes].filter(([, list]) => list.length > 0);
  const is = (revisionOf) => made.every(([id, list]) => found.get(id) === revisionOf(id, list));
  if (is((id, list) => afterAll(before(id), list).rev)) return 'stored';
  if (is((id) => before(id).rev)) return 'absent';
  return 'torn';
}
