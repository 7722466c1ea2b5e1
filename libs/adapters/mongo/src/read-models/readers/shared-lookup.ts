/** At most so many lookups are under way: what is asked meanwhile goes together into the next. */
const UNDER_WAY = 2;
/** Each may be a document as large as an event may be. */
const AT_ONCE = 32;

interface Asked<Found> {
  readonly key: string;
  readonly resolve: (found: Found | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers many callers who look up one thing each by few lookups: one for many costs little more than one for one, here and on the server. */
export class SharedLookup<Found> {
  #waiting: Asked<Found>[] = [];
  #underWay = 0;
  #scheduled = false;

  constructor(private readonly find: (keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>) {}

  /** @throws what the lookup throws. */
  of(key: string): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#schedule();
    });
  }

  /** After this turn of the event loop, so that what is asked in one turn is one lookup. */
  #schedule(): void {
    if (this.#scheduled || this.#underWay >= UNDER_WAY || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#lookUp(this.#waiting.splice(0, AT_ONCE));
      this.#schedule();
    });
  }

  async #lookUp(group: readonly Asked<Found>[]): Promise<void> {
    this.#underWay += 1;
    try {
      const found = await this.find([...new Set(group.map(({ key }) => key))]);
      for (const { key, resolve } of group) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.#underWay -= 1;
      this.#schedule();
    }
  }
}
