import {
  BEFORE_FIRST,
  baseAt,
  offset,
  partition as asPartition,
  revision,
  type Commit,
  type CommitKey,
  type Lease,
  type LoggedKey,
  type Offset,
  type Outbox,
  type OutboxOverview,
  type Partition,
} from '@headwater/event-sourcing';
import type { Collection, Db } from 'mongodb';
import { asking } from '../errors.js';
import { Gathering } from '../gathering.js';
import { COMMITS, LEASES, RELAYS } from './collections.js';
import type { CommitDocument } from './commit-document.js';
import { conditionsOf, keyText } from './commit-keys.js';
import type { CommitReader } from './commit-reader.js';

interface LeaseDocument {
  /** The partition. */
  readonly _id: number;
  readonly holder?: string;
  readonly expires?: Date;
  readonly published?: number;
}

interface RelayDocument {
  /** The holder. */
  readonly _id: string;
  readonly until: Date;
}

interface AskedPending {
  readonly partition: Partition;
  readonly limit: number;
  readonly characters: number;
}

interface Published {
  readonly partition: Partition;
  readonly commits: readonly CommitKey[];
  readonly upTo: Offset;
}

/** Partitions whose pending commits are asked for by one question. */
const PARTITIONS_AT_ONCE = 32;
/** Keys of one update at most. */
const KEYS_AT_ONCE = 1000;

/** The outbox: the commits that are marked as pending, and leases by the database's clock. */
export class MongoOutbox implements Outbox, OutboxOverview {
  readonly #commits: Collection<CommitDocument>;
  readonly #leases: Collection<LeaseDocument>;
  readonly #relays: Collection<RelayDocument>;
  readonly #pending = new Gathering((group: readonly AskedPending[]) => this.#pendingTogether(group), {
    underWay: 2,
    size: PARTITIONS_AT_ONCE,
    sizeOf: () => 1,
  });
  readonly #published = new Gathering((group: readonly Published[]) => this.#noteTogether(group), {
    underWay: 2,
    size: KEYS_AT_ONCE,
    sizeOf: ({ commits }) => commits.length,
  });

  readonly #held = new Gathering((group: readonly (readonly LoggedKey[])[]) => this.#heldTogether(group), {
    underWay: 2,
    size: KEYS_AT_ONCE,
    sizeOf: (entries) => entries.length,
  });

  constructor(
    private readonly db: Db,
    private readonly reader: CommitReader,
  ) {
    this.#commits = db.collection<CommitDocument>(COMMITS);
    this.#leases = db.collection<LeaseDocument>(LEASES);
    this.#relays = db.collection<RelayDocument>(RELAYS);
  }

  async lease(partition: Partition, holder: string, milliseconds: number): Promise<Lease | undefined> {
    // A condition of the update, not of the filter: an upsert by the key alone is one of many who ask at once without an error.
    const free = { $or: [{ $eq: ['$holder', { $literal: holder }] }, { $lte: [{ $ifNull: ['$expires', '$$NOW'] }, '$$NOW'] }] };
    const lease = {
      holder: { $cond: [free, { $literal: holder }, '$holder'] },
      expires: { $cond: [free, { $add: ['$$NOW', milliseconds] }, '$expires'] },
      published: { $ifNull: ['$published', BEFORE_FIRST] },
    };
    const found = await asking(() =>
      this.#leases.findOneAndUpdate({ _id: partition }, [{ $set: lease }], { upsert: true, returnDocument: 'after' }),
    );
    if (found?.expires === undefined || found.holder !== holder) return undefined;
    return { partition, holder, expires: found.expires.getTime(), published: offset(found.published ?? BEFORE_FIRST) };
  }

  async release({ partition, holder }: Lease): Promise<void> {
    await asking(() => this.#leases.updateOne({ _id: partition, holder }, { $unset: { holder: '', expires: '' } }));
  }

  pending(partition: Partition, after: CommitKey | undefined, limit: number, characters = Infinity): Promise<readonly Commit[]> {
    const asked = { partition, limit, characters };
    return after === undefined ? this.#pending.ask(asked) : asking(() => this.reader.pending(partition, after, limit, characters));
  }

  async #pendingTogether(group: readonly AskedPending[]): Promise<readonly (readonly Commit[] | Promise<readonly Commit[]>)[]> {
    const partitions = [...new Set(group.map(({ partition }) => partition))];
    const limit = Math.min(...group.map((asked) => asked.limit));
    const characters = Math.min(...group.map((asked) => asked.characters));
    const found =
      partitions.length > 1
        ? await asking(() => this.reader.pendingOf(partitions, limit, characters))
        : new Map<number, readonly Commit[]>();
    return group.map(
      (asked) => found.get(asked.partition) ?? asking(() => this.reader.pending(asked.partition, undefined, asked.limit, asked.characters)),
    );
  }

  published(partition: Partition, commits: readonly CommitKey[], upTo: Offset): Promise<void> {
    return this.#published.ask({ partition, commits, upTo });
  }

  async #noteTogether(group: readonly Published[]): Promise<readonly undefined[]> {
    const reached = group.map(({ partition, upTo }) => ({
      updateOne: { filter: { _id: partition }, update: { $max: { published: upTo } }, upsert: true },
    }));
    // Should only one of the two be kept, the log has something that is pending: a repetition, or found by whoever takes the partition next.
    await asking(() =>
      Promise.all([this.#unmark(group.flatMap(({ commits }) => commits)), this.#leases.bulkWrite(reached, { ordered: false })]),
    );
    return group.map(() => undefined);
  }

  async noted(partitions: readonly Partition[]): Promise<readonly Offset[]> {
    const found = await asking(() => this.#leases.find({ _id: { $in: [...partitions] } }, { projection: { published: 1 } }).toArray());
    const noted = new Map(found.map(({ _id, published }) => [_id, published]));
    return partitions.map((partition) => offset(noted.get(partition) ?? BEFORE_FIRST));
  }

  holds(entries: readonly LoggedKey[]): Promise<readonly boolean[]> {
    return entries.length === 0 ? Promise.resolve([]) : this.#held.ask(entries);
  }

  async #heldTogether(group: readonly (readonly LoggedKey[])[]): Promise<readonly (readonly boolean[])[]> {
    const keys = group.flat().map(({ stream, revision: at }) => ({ stream, base: baseAt(at === 1 ? 0 : revision(at - 1)) }));
    const found = await asking(() =>
      this.#commits
        .find<Pick<CommitDocument, 'stream' | 'base'> & { readonly events: readonly { readonly id: string }[] }>(
          { $or: [...conditionsOf(keys)] },
          { projection: { _id: 0, stream: 1, base: 1, 'events.id': 1 }, batchSize: keys.length + 1 },
        )
        .toArray(),
    );
    const held = new Set(
      found.flatMap(({ stream, base, events }) => events.map(({ id }, index) => keyText(stream, base + 1 + index) + id)),
    );
    return group.map((entries) => entries.map(({ stream, revision: at, event }) => held.has(keyText(stream, at) + event.id)));
  }

  async #unmark(keys: readonly CommitKey[]): Promise<void> {
    for (let begin = 0; begin < keys.length; begin += KEYS_AT_ONCE) {
      const updates = conditionsOf(keys.slice(begin, begin + KEYS_AT_ONCE)).map((filter) => ({
        updateMany: { filter: { ...filter, pending: true as const }, update: { $unset: { pending: '' as const } } },
      }));
      await this.#commits.bulkWrite(updates, { ordered: false });
    }
  }

  async waiting(): Promise<readonly Partition[]> {
    // By hint, as the index holds what is pending and nothing else: one key of each partition is looked at.
    const found = await asking(() =>
      this.#commits
        .aggregate<{ readonly _id: number }>([{ $sort: { partition: 1 } }, { $group: { _id: '$partition' } }], { hint: 'pending' })
        .toArray(),
    );
    return found.map(({ _id }) => asPartition(_id)).sort((a, b) => a - b);
  }

  async size(limit: number): Promise<number> {
    const { n } = (await asking(() =>
      this.db.command({ count: COMMITS, query: {}, hint: 'pending', limit, readConcern: { level: 'majority' } }),
    )) as { readonly n: number };
    return n;
  }

  async present(holder: string, milliseconds: number): Promise<number> {
    return asking(async () => {
      const until = { until: { $add: ['$$NOW', milliseconds] } };
      await this.#relays.updateOne({ _id: holder }, [{ $set: until }], { upsert: true });
      return this.#relays.countDocuments({ $expr: { $gt: ['$until', '$$NOW'] } });
    });
  }
}
