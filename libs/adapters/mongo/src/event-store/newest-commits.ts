import type { NewestCommit, StreamName } from '@headwater/event-sourcing';
import type { ClientSession, Collection } from 'mongodb';
import { causalRead } from '../causal-read.js';
import { asking } from '../errors.js';
import { Gathering } from '../gathering.js';
import { newestOf, type CommitDocument, type NewestDocument } from './commit-document.js';

/** Lookups that are under way at one time. */
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

/** Answers many callers who ask for few streams each by few lookups. */
export class NewestCommits {
  readonly #few: Gathering<readonly StreamName[], readonly (NewestCommit | undefined)[]>;

  constructor(
    private readonly commits: Collection<CommitDocument>,
    private readonly atOnce: number,
  ) {
    const bounds = { underWay: UNDER_WAY, size: atOnce, sizeOf: (streams: readonly StreamName[]) => streams.length };
    this.#few = new Gathering((group) => this.#together(group), bounds);
  }

  /** In the order asked. @throws StoreUnavailable, MongoRefused */
  of(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    if (streams.length === 0) return Promise.resolve([]);
    return streams.length > FEW ? this.#many(streams) : this.#few.ask(streams);
  }

  async #many(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    const found: (NewestCommit | undefined)[] = [];
    for (let begin = 0; begin < streams.length; begin += this.atOnce) {
      found.push(...(await this.#lookUp(streams.slice(begin, begin + this.atOnce))));
    }
    return found;
  }

  async #together(group: readonly (readonly StreamName[])[]): Promise<readonly (readonly (NewestCommit | undefined)[])[]> {
    const wanted = [...new Set(group.flat())];
    const found = await this.#lookUp(wanted);
    const newest = new Map(wanted.map((stream, index) => [stream, found[index]]));
    return group.map((streams) => streams.map((stream) => newest.get(stream)));
  }

  async #lookUp(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    const newest = await asking(() => findNewest(this.commits, streams));
    return streams.map((stream) => newest.get(stream));
  }
}
