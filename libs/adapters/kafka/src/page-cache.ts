import type { Offset, Partition, ReadLimit } from '@headwater/event-sourcing';
import type { FetchedEntry } from './topic-reader.js';

interface Page {
  /** The offset that was asked for: nothing lies between it and the first entry. */
  readonly from: number;
  readonly entries: readonly FetchedEntry[];
  readonly characters: number;
}

const sizeOf = ({ text }: FetchedEntry): number => text?.length ?? 0;

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
 * What was fetched and not yet read: one page for each partition. Beyond the bound the pages that were put first are dropped, as they can be
 * fetched again; the last one stays, however large it is.
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

  /** @param from the offset that was asked for. */
  put(partition: Partition, from: number, entries: readonly FetchedEntry[]): void {
    this.drop(partition);
    if (entries.length === 0) return;
    const characters = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    this.#pages.set(partition, { from, entries, characters });
    this.#characters += characters;
    for (const oldest of this.#pages.keys()) {
      if (this.#characters <= this.#maxCharacters || oldest === partition) return;
      this.drop(oldest);
    }
  }

  /** Entries that were fetched on from where a page ends stand with it; others take its place. */
  append(partition: Partition, from: number, entries: readonly FetchedEntry[]): void {
    const page = this.#pages.get(partition);
    if (page?.entries.at(-1)?.offset === from - 1) this.put(partition, page.from, [...page.entries, ...entries]);
    else this.put(partition, from, entries);
  }

  /** Of what is here of a partition. */
  charactersOf(partition: Partition): number {
    return this.#pages.get(partition)?.characters ?? 0;
  }

  /** The entries that are next after an offset; none where they are not here. */
  after(partition: Partition, after: Offset): readonly FetchedEntry[] {
    const page = this.#pages.get(partition);
    if (page === undefined || page.from > after + 1) return [];
    const at = page.entries.findIndex(({ offset }) => offset > after);
    return at === -1 ? [] : page.entries.slice(at);
  }

  drop(partition: Partition): void {
    const page = this.#pages.get(partition);
    if (page === undefined) return;
    this.#pages.delete(partition);
    this.#characters -= page.characters;
  }
}
