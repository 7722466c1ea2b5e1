import { charactersOf, type Commit, type CommitKey, type CommitPage, type Revision, type StreamName } from '@headwater/event-sourcing';
import type { Collection, Db, FindCursor, FindOptions } from 'mongodb';
import { COMMITS } from './collections.js';
import { COMMIT_FIELDS, commitOf, type CommitDocument } from './commit-document.js';
import { conditionsOf, keyText } from './commit-keys.js';

/** What is read of a commit. */
type ReadCommit = Omit<CommitDocument, 'end' | 'pending'>;

/** Keys that one question asks for at most. */
const KEYS_AT_ONCE = 1000;
/** Commits that are fetched at once where a page is bounded by its size. */
const BATCH = 100;
/** Commits in one page of a scan at most. */
const SCAN_PAGE = 1000;

/** Reads commits with their events. */
export class CommitReader {
  readonly #commits: Collection<CommitDocument>;

  constructor(
    db: Db,
    private readonly pageCharacters: number,
  ) {
    this.#commits = db.collection<CommitDocument>(COMMITS);
  }

  /** The stream's commits that hold a revision from `from` to `to`, in order. */
  async read(stream: StreamName, from: Revision, to: Revision): Promise<readonly Commit[]> {
    const first = Math.max(from, 1) - 1;
    const found = await this.#commits
      .find<ReadCommit>({ stream, base: { $gte: first, $lt: to } }, { projection: COMMIT_FIELDS })
      .sort({ base: 1 })
      .toArray();
    // Mostly `from` begins a commit. Where not, the one before holds it.
    const before = found[0]?.base === first ? undefined : await this.#lastBefore(stream, first, from);
    return [...(before === undefined ? [] : [before]), ...found].map(commitOf);
  }

  async #lastBefore(stream: StreamName, base: number, holding: Revision): Promise<ReadCommit | undefined> {
    const found = await this.#commits.findOne(
      { stream, base: { $lt: base } },
      { projection: { ...COMMIT_FIELDS, end: 1 }, sort: { base: -1 } },
    );
    return found === null || found.end < holding ? undefined : found;
  }

  /** By key, in the order asked. */
  async byKeys(keys: readonly CommitKey[]): Promise<readonly (Commit | undefined)[]> {
    const found = new Map<string, Commit>();
    for (let begin = 0; begin < keys.length; begin += KEYS_AT_ONCE) {
      const conditions = conditionsOf(keys.slice(begin, begin + KEYS_AT_ONCE));
      for (const commit of await this.#where(conditions)) found.set(keyText(commit.stream, commit.base), commit);
    }
    return keys.map(({ stream, base }) => found.get(keyText(stream, base)));
  }

  async #where(conditions: ReturnType<typeof conditionsOf>): Promise<readonly Commit[]> {
    const found = await this.#commits.find<ReadCommit>({ $or: [...conditions] }, { projection: COMMIT_FIELDS }).toArray();
    return found.map(commitOf);
  }

  /** Every commit in the order of stream and base, from the key at which the page before stopped. */
  async scan(after?: string, options: FindOptions = {}): Promise<CommitPage> {
    const cursor = this.#commits
      .find<ReadCommit>({}, { ...options, projection: COMMIT_FIELDS, batchSize: BATCH })
      .sort({ stream: 1, base: 1 })
      .hint('stream_base');
    if (after !== undefined) cursor.min(keyAfter(after));
    const { commits, more } = await pageOf(cursor, SCAN_PAGE, this.pageCharacters);
    const last = commits.at(-1);
    return last === undefined || !more ? { commits } : { commits, next: JSON.stringify([last.stream, last.base]) };
  }

  /** Pending commits of a partition in the order of stream and base, after a key. */
  async pending(partition: number, after: CommitKey | undefined, limit: number, characters: number): Promise<readonly Commit[]> {
    const beyond =
      after === undefined ? {} : { $or: [{ stream: after.stream, base: { $gt: after.base } }, { stream: { $gt: after.stream } }] };
    const cursor = this.#commits
      .find<ReadCommit>({ partition, pending: true, ...beyond }, { projection: COMMIT_FIELDS, batchSize: Math.min(BATCH, limit) })
      .sort({ stream: 1, base: 1 })
      .hint('pending')
      .limit(limit);
    return (await pageOf(cursor, limit, characters)).commits;
  }

  /**
   * Pending commits of several partitions by one question. What is given of a partition is all that it has; those that it does not answer for
   * are to be asked by themselves.
   */
  async pendingOf(partitions: readonly number[], limit: number, characters: number): Promise<ReadonlyMap<number, readonly Commit[]>> {
    const cursor = this.#commits
      .find<ReadCommit>(
        { partition: { $in: [...partitions] }, pending: true },
        { projection: COMMIT_FIELDS, batchSize: Math.min(BATCH, limit) },
      )
      .sort({ partition: 1, stream: 1, base: 1 })
      .hint('pending');
    const { commits, more } = await pageOf(cursor, limit, characters);
    const answered = Map.groupBy(commits, ({ partition }): number => partition);
    // In the order of partitions: of the last one there may be more.
    const cut = more ? (commits.at(-1)?.partition ?? -Infinity) : Infinity;
    return new Map(partitions.filter((one) => one < cut).map((one) => [one, answered.get(one) ?? []]));
  }
}

/** The least key beyond one that a page ended with. */
function keyAfter(after: string): { readonly stream: string; readonly base: number } {
  const [stream, base] = JSON.parse(after) as readonly [string, number];
  return { stream, base: base + 1 };
}

/** Reads a page until it has enough commits or characters, and whether there are more. */
async function pageOf(
  cursor: FindCursor<ReadCommit>,
  limit: number,
  characters: number,
): Promise<{ readonly commits: readonly Commit[]; readonly more: boolean }> {
  const commits: Commit[] = [];
  let size = 0;
  try {
    for await (const document of cursor) {
      if (commits.length >= limit || size >= characters) return { commits, more: true };
      const commit = commitOf(document);
      commits.push(commit);
      size += charactersOf(commit);
    }
    return { commits, more: false };
  } finally {
    await cursor.close();
  }
}
