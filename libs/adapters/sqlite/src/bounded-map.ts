/**
 * A map that forgets what was not asked for lately. It keeps two generations: when the younger is full it becomes the older, and the older
 * is forgotten. (Deleting the oldest entry of one map each time would be slow: the place of a deleted entry is walked over until it is
 * cleared away.)
 */
export class BoundedMap<Key, Value> {
  readonly #half: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** @param bound how many entries are kept at most. */
  constructor(bound: number) {
    this.#half = Math.max(1, Math.floor(bound / 2));
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#half) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
