import type { Offset, Partition, ReadLimit } from '@headwater/event-sourcing';
import type { FetchedEntry } from './topic-reader.js';

interface Page {
  readonly entries: readonly FetchedEntry[];
  readonly characters: number;
}

const sizeOf = ({ text }: FetchedEntry): number => text?.length ?? 0;
const pageOf = (entries: readonly FetchedEntry[]): Page => ({
  entries,
  characters: entries.reduce((sum, entry) => sum + sizeOf(entry), 0),
});

/** What of a page one read gives: at least one entry, where there is one. */
export function within(entries: readonly FetchedEntry[], limit: ReadLimit): readonly FetchedEntry[] {
  let characters = 0;
  const over = entries.findIndex((entry, index) => {
    characters += sizeOf(entry);
    return index > 0 && (index >= limit.entries || characters > limit.characters);
  });
  return over === -1 ? entries : entries.slice(0, over);
}

/**
 * What was fetched and not yet read: one page for each partition. Beyond the bound the page that was put first is dropped, as it can be
 * fetched again.
 */
export class PageCache {
  readonly #maxCharacters: number;
  readonly #pages = new Map<Partition, Page>();
  #characters = 0;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  get characters(): number {
    return this.#characters;
  }

  put(partition: Partition, entries: readonly FetchedEntry[]): void {
    this.drop(partition);
    if (entries.length === 0) return;
    const page = pageOf(entries);
    this.#pages.set(partition, page);
    this.#characters += page.characters;
    for (const oldest of this.#pages.keys()) {
      if (this.#characters <= this.#maxCharacters) return;
      this.drop(oldest);
    }
  }

  /** The entries that follow an offset immediately; none where they are not here. */
  after(partition: Partition, after: Offset): readonly FetchedEntry[] {
    const entries = this.#pages.get(partition)?.entries ?? [];
    const at = entries.findIndex(({ offset }) => offset === after + 1);
    return at === -1 ? [] : entries.slice(at);
  }

  drop(partition: Partition): void {
    const page = this.#pages.get(partition);
    if (page === undefined) return;
    this.#pages.delete(partition);
    this.#characters -= page.characters;
  }
}
