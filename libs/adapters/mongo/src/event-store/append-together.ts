import { setTimeout as wait } from 'node:timers/promises';
import {
  StoreUnavailable,
  type AppendTogetherOutcome,
  type Commit,
  type Receipt,
  type Revision,
  type StreamName,
} from '@headwater/event-sourcing';
import { MongoError, MongoErrorLabel, type ClientSession, type Collection, type TransactionOptions } from 'mongodb';
import { causalRead } from '../causal-read.js';
import type { MongoDatabase } from '../database.js';
import { CODES, asking, isDuplicateKey, refusalOf, translated } from '../errors.js';
import { Admission } from './admission.js';
import { sizeOfSound } from './append-queue.js';
import { COMMITS } from './collections.js';
import { endOf, packedDocumentOf, sizeOf, type CommitDocument } from './commit-document.js';
import type { InsertAnswer } from './insert-commits.js';
import { findNewest } from './newest-commits.js';
import type { EventStoreBounds } from './options.js';
import { piecesOf } from './pieces.js';
import { insertReceipt } from './receipts.js';
import type { StreamEnds } from './stream-ends.js';

/** Milliseconds before each further try of a transaction that met another one. */
const TRY_AGAIN_AFTER = [20, 50, 100, 200, 400, 800, 800];

/** How often a commit is asked for whose answer was lost; to ask again is harmless. */
const COMMITS_ASKED = 3;

/** What became of one transaction. */
type Attempt =
  | { readonly kind: 'stored' }
  /** A place is taken, and the transaction undone. */
  | { readonly kind: 'taken' }
  /** Undone for a reason that passes. */
  | { readonly kind: 'undone'; readonly cause: unknown }
  | { readonly kind: 'unknown'; readonly cause: unknown };

/** Stores commits of many streams, and a receipt, in one transaction: all or nothing. */
export class TogetherAppender {
  readonly #commits: Collection<CommitDocument>;
  readonly #admission: Admission;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(
    private readonly database: MongoDatabase,
    private readonly ends: StreamEnds,
    private readonly bounds: EventStoreBounds,
  ) {
    this.#commits = database.db.collection<CommitDocument>(COMMITS);
    this.#admission = new Admission({ commits: bounds.togetherCommits, bytes: bounds.togetherBytes });
  }

  /** @throws StoreUnavailable, StoreOverloaded, MongoRefused: nothing was stored. */
  async append(commits: readonly Commit[], receipt?: Receipt): Promise<AppendTogetherOutcome> {
    if (commits.length === 0 && receipt === undefined) return { status: 'appended' };
    if (this.#closed) throw new StoreUnavailable('The store is closed.');
    const load = { commits: commits.length, bytes: commits.reduce((sum, commit) => sum + sizeOfSound(commit), 0) };
    const work = this.#admission.within(load, () => this.#inSession((session) => this.#append(session, commits, receipt)));
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** Takes nothing more; resolves when everything that was taken has its outcome. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
  }

  async #inSession<Result>(work: (session: ClientSession) => Promise<Result>): Promise<Result> {
    const session = this.database.client.startSession({ causalConsistency: true });
    try {
      return await asking(() => work(session));
    } finally {
      await session.endSession();
    }
  }

  async #append(session: ClientSession, commits: readonly Commit[], receipt: Receipt | undefined): Promise<AppendTogetherOutcome> {
    const lost = await this.#lost(session, commits, this.#remembered(commits));
    if (lost.length > 0) return { status: 'conflict', conflicts: lost };
    let cause: unknown;
    for (const delay of [...TRY_AGAIN_AFTER, undefined]) {
      const attempt = await this.#attempt(session, commits, receipt);
      switch (attempt.kind) {
        case 'stored':
          for (const commit of commits) this.ends.noteCommit(commit);
          return { status: 'appended' };
        case 'unknown':
          return { status: 'unknown', cause: translated(attempt.cause) };
        case 'taken': {
          const outcome = await this.#takenBy(session, commits);
          if (outcome !== undefined) return outcome;
          break;
        }
        case 'undone':
          cause = attempt.cause;
      }
      if (delay !== undefined) await wait(delay * (0.5 + Math.random()));
    }
    throw new StoreUnavailable('Others kept writing what was to be stored together. Nothing was stored.', { cause: translated(cause) });
  }

  async #attempt(session: ClientSession, commits: readonly Commit[], receipt: Receipt | undefined): Promise<Attempt> {
    session.startTransaction(this.#options());
    try {
      for (const piece of piecesOf(commits, { items: this.bounds.chunkCommits, size: this.bounds.chunkBytes }, sizeOf)) {
        await this.#insert(session, piece);
      }
      if (receipt !== undefined) await insertReceipt(this.database.db, receipt, session);
    } catch (error) {
      await session.abortTransaction();
      if (error instanceof PlaceTaken || isDuplicateKey(error)) return { kind: 'taken' };
      if (hasLabel(error, MongoErrorLabel.TransientTransactionError) || error instanceof StoreUnavailable)
        return { kind: 'undone', cause: error };
      throw error;
    }
    return commitTransaction(session);
  }

  /** @throws PlaceTaken, MongoRefused, errors of the driver */
  async #insert(session: ClientSession, commits: readonly Commit[]): Promise<void> {
    const answer = (await this.database.db.command(
      { insert: COMMITS, documents: commits.map(packedDocumentOf) },
      { session },
    )) as InsertAnswer;
    const error = answer.writeErrors?.[0];
    if (error === undefined) return;
    throw error.code === CODES.duplicateKey ? new PlaceTaken() : refusalOf(error.code, error.codeName ?? '');
  }

  /**
   * Who has the places of these, read in the same session so that they are there.
   *
   * @returns undefined where nobody seems to: whoever it was is not durable yet, or gone.
   */
  async #takenBy(session: ClientSession, commits: readonly Commit[]): Promise<AppendTogetherOutcome | undefined> {
    // A transaction that was reported as undone may have been stored after all; all or none: the first commit answers for the rest.
    const [first] = commits;
    if (first !== undefined && (await this.#isStored(session, first))) return { status: 'appended' };
    const conflicts = await this.#lost(session, commits, new Map());
    return conflicts.length > 0 ? { status: 'conflict', conflicts } : undefined;
  }

  async #isStored(session: ClientSession, { stream, base, events }: Commit): Promise<boolean> {
    const found = await this.#commits.findOne({ stream, base }, { ...causalRead(session), projection: { _id: 0, 'events.id': 1 } });
    return found !== null && found.events[0]?.id === events[0]?.id;
  }

  #options(): TransactionOptions {
    return {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: this.database.bounds.writeMajorityMilliseconds },
    };
  }

  /** Where the streams of these ended, as far as that is remembered and enough to decide on. */
  #remembered(commits: readonly Commit[]): Map<StreamName, Revision | 0> {
    const ends = new Map<StreamName, Revision | 0>();
    for (const commit of commits) {
      if (!ends.has(commit.stream) && this.ends.standing(commit) !== 'unsure') ends.set(commit.stream, this.ends.end(commit.stream) ?? 0);
    }
    return ends;
  }

  /**
   * Commits that do not stand on their stream's end, or on one another.
   *
   * @param ends where streams ended that need not be looked up.
   */
  async #lost(session: ClientSession, commits: readonly Commit[], ends: Map<StreamName, Revision | 0>): Promise<readonly number[]> {
    const unsure = [...new Set(commits.map(({ stream }) => stream))].filter((stream) => !ends.has(stream));
    for (let begin = 0; begin < unsure.length; begin += this.bounds.lookupStreams) {
      const piece = unsure.slice(begin, begin + this.bounds.lookupStreams);
      const found = await findNewest(this.#commits, piece, session);
      for (const stream of piece) ends.set(stream, found.get(stream)?.revision ?? 0);
      this.ends.noteNewest([...found.values()]);
    }
    const lost: number[] = [];
    commits.forEach((commit, index) => {
      if (commit.base === ends.get(commit.stream)) ends.set(commit.stream, endOf(commit));
      else lost.push(index);
    });
    return lost;
  }
}

/** The first insert of a transaction that finds its place taken ends it. */
class PlaceTaken extends Error {
  override readonly name = 'PlaceTaken';
}

/** Commits the transaction; where the answer is lost, asks again. */
async function commitTransaction(session: ClientSession): Promise<Attempt> {
  for (let asked = 1; ; asked += 1) {
    try {
      await session.commitTransaction();
      return { kind: 'stored' };
    } catch (error) {
      if (hasLabel(error, MongoErrorLabel.TransientTransactionError)) return { kind: 'undone', cause: error };
      if (asked === COMMITS_ASKED || !hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult))
        return { kind: 'unknown', cause: error };
    }
  }
}

const hasLabel = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);
