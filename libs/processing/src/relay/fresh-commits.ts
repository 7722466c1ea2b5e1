import { charactersOf, type Commit, type RelayBounds } from '@headwater/event-sourcing';

/** Streams that are remembered as found by a search: commits that were appended a moment ago are about to be offered. */
const REMEMBERED = 2000;

/**
 * The first commits of streams that this process has appended to a partition and not published yet: nothing has to be published before them,
 * so they need not be asked for. What does not fit is pending in the outbox like everything else, and found by a search.
 */
export class FreshCommits {
  readonly #bounds: RelayBounds;
  readonly #found = new Set<string>();
  #commits: Commit[] = [];
  #characters = 0;

  constructor(bounds: RelayBounds) {
    this.#bounds = bounds;
  }

  get isEmpty(): boolean {
    return this.#commits.length === 0;
  }

  /** @returns whether it is kept, or was found by a search already; otherwise it has to be searched for. */
  offer(commit: Commit): boolean {
    if (!isFirst(commit)) return false;
    if (this.#found.delete(commit.stream)) return true;
    const characters = this.#characters + charactersOf(commit);
    if (this.#commits.length >= this.#bounds.commits || characters > this.#bounds.characters) return false;
    this.#commits.push(commit);
    this.#characters = characters;
    return true;
  }

  /** All that is kept, which is then kept no more. */
  take(): readonly Commit[] {
    const commits = this.#commits;
    this.#commits = [];
    this.#characters = 0;
    return commits;
  }

  /** A search has found these: what of them is offered later is published already. */
  found(commits: readonly Commit[]): void {
    if (this.#found.size > REMEMBERED) this.#found.clear();
    for (const commit of commits) if (isFirst(commit)) this.#found.add(commit.stream);
    for (const commit of this.take()) this.offer(commit);
  }
}

const isFirst = ({ base }: Commit): boolean => Number(base) === 0;
