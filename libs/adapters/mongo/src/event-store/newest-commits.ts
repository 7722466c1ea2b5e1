import type { NewestCommit, StreamName } from '@headwater/event-sourcing';
import type { ClientSession, Collection } from 'mongodb';
import { causalRead } from '../causal-read.js';
import { asking } from '../errors.js';
import { newestOf, type CommitDocument, type NewestDocument } from './commit-document.js';

/** At most so many lookups are under way: what is asked meanwhile goes together into the next. */
const UNDER_WAY = 2;
/** Callers that ask for more do not share a lookup: the others would wait for them. */
const FEW = 50;

/**
 * The newest commit of each stream. The server takes the last of each stream from the index (a distinct scan), so neither the length of a
 * history nor the size of its events matters.
 */
export async function findNewest(
  commits: Collection<CommitDocument>,
  streams: readonly StreamName[],
  session?: ClientSession,
): Promise<ReadonlyMap<string, NewestCommit>> {
  const pipeline = [
    { $match: { stream: { $in: streams } } },
    { $sort: { stream: -1, base: -1 } },
    {
      $group: {
        _id: '$stream',
        base: { $first: '$base' },
        end: { $first: '$end' },
        partition: { $first: '$partition' },
        after: { $first: '$after' },
      },
    },
  ];
  const found = await commits
    .aggregate<Omit<NewestDocument, 'stream'> & { readonly _id: string }>(pipeline, session === undefined ? {} : causalRead(session))
    .toArray();
  return new Map(found.map(({ _id, ...rest }) => [_id, newestOf({ stream: _id, ...rest })]));
}

interface Asked {
  readonly streams: readonly StreamName[];
  readonly resolve: (found: readonly (NewestCommit | undefined)[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Answers many callers who ask for few streams each by few lookups: one for a single stream costs some 300 us of this process and as much of the
 * server, one for sixteen not twice that.
 */
export class NewestCommits {
  #waiting: Asked[] = [];
  #underWay = 0;
  #scheduled = false;

  constructor(
    private readonly commits: Collection<CommitDocument>,
    private readonly atOnce: number,
  ) {}

  /** In the order asked. @throws StoreUnavailable, MongoRefused */
  of(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    if (streams.length === 0) return Promise.resolve([]);
    if (streams.length > FEW) return this.#many(streams);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ streams, resolve, reject });
      this.#schedule();
    });
  }

  async #many(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    const found: (NewestCommit | undefined)[] = [];
    for (let begin = 0; begin < streams.length; begin += this.atOnce) {
      const piece = streams.slice(begin, begin + this.atOnce);
      const newest = await asking(() => findNewest(this.commits, piece));
      for (const stream of piece) found.push(newest.get(stream));
    }
    return found;
  }

  /** After this turn of the event loop, so that what is asked in one turn is one lookup. */
  #schedule(): void {
    if (this.#scheduled || this.#underWay >= UNDER_WAY || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#lookUp(this.#take());
      this.#schedule();
    });
  }

  #take(): readonly Asked[] {
    let streams = 0;
    const fits = this.#waiting.findIndex((asked) => (streams += asked.streams.length) > this.atOnce);
    return this.#waiting.splice(0, fits < 0 ? this.#waiting.length : Math.max(1, fits));
  }

  async #lookUp(group: readonly Asked[]): Promise<void> {
    this.#underWay += 1;
    try {
      const wanted = [...new Set(group.flatMap(({ streams }) => streams))];
      const newest = await asking(() => findNewest(this.commits, wanted));
      for (const { streams, resolve } of group) resolve(streams.map((stream) => newest.get(stream)));
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.#underWay -= 1;
      this.#schedule();
    }
  }
}
