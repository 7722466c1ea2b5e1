import type { Commit, CommitKey, NewestCommit, Revision, StreamName } from '@headwater/event-sourcing';
import { LRUCache } from 'lru-cache';
import { endOf } from './commit-document.js';

/** Whether a commit may be stored at its base, as far as is known here. */
export type Standing = 'sound' | 'lost' | 'unsure';

/**
 * Where streams ended lately. Only what a majority has is noted, so it is never taken back, only passed by: a base that lies before a known end
 * has lost, and one that is a known end needs no look before the insert, which tells by its key whether somebody was faster.
 */
export class StreamEnds {
  readonly #ends: LRUCache<StreamName, Revision>;

  constructor(streams: number) {
    this.#ends = new LRUCache({ max: streams });
  }

  /** Notes an end that every majority read shows. */
  note(stream: StreamName, end: Revision): void {
    const known = this.#ends.get(stream);
    if (known === undefined || known < end) this.#ends.set(stream, end);
  }

  noteCommit(commit: Commit): void {
    this.note(commit.stream, endOf(commit));
  }

  noteNewest(found: readonly (NewestCommit | undefined)[]): void {
    for (const newest of found) if (newest !== undefined) this.note(newest.stream, newest.revision);
  }

  standing({ stream, base }: CommitKey): Standing {
    const end = this.#ends.get(stream);
    // A stream's first commit needs no end to stand on.
    if (base === (end ?? 0)) return 'sound';
    return base < (end ?? 0) ? 'lost' : 'unsure';
  }

  end(stream: StreamName): Revision | undefined {
    return this.#ends.get(stream);
  }
}
