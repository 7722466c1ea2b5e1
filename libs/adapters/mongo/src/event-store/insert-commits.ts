import { StoreUnavailable, revision, type AppendOutcome, type Commit, type Revision } from '@headwater/event-sourcing';
import { MongoWriteConcernError, type Collection, type Timestamp } from 'mongodb';
import { causalRead } from '../causal-read.js';
import type { MongoDatabase } from '../database.js';
import { CODES, isUnavailable, mayHaveBeenSent, refusalOf, translated } from '../errors.js';
import { COMMITS } from './collections.js';
import { documentOf, type CommitDocument } from './commit-document.js';
import { conditionsOf, keyText } from './commit-keys.js';

/** What became of one commit; `refused` means that nothing of it was stored, and why. `end` is the winner's. */
export type Settled =
  | Exclude<AppendOutcome, { readonly status: 'conflict' }>
  | { readonly status: 'conflict'; readonly end?: Revision }
  | { readonly status: 'refused'; readonly error: unknown };

/** What an insert says of one commit. */
type Word =
  | { readonly kind: 'stored' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly error: unknown }
  /** The insert was sent, and what came of it is not known. */
  | { readonly kind: 'unknown'; readonly cause: unknown; readonly worthAnother: boolean };

/** A commit on its way, and the last word on it. */
interface Trial {
  readonly commit: Commit;
  word: Word;
  /** It was sent more than once, so what has its place may be itself. */
  repeated: boolean;
}

/** The server's answer to an insert. */
export interface InsertAnswer {
  readonly writeErrors?: readonly { readonly index: number; readonly code: number; readonly codeName?: string }[];
  readonly writeConcernError?: { readonly code: number; readonly codeName?: string };
  readonly operationTime?: Timestamp;
}

/** The commit that has the place that another wanted. */
interface Winner {
  readonly ids: readonly string[];
  readonly end: Revision;
}

interface Winners {
  readonly found: ReadonlyMap<string, Winner>;
  /** Why they could not be read. */
  readonly failure?: unknown;
}

const STORED: Word = { kind: 'stored' };
const TAKEN: Word = { kind: 'taken' };
const NOT_SENT: Word = { kind: 'refused', error: undefined };
const APPENDED: Settled = { status: 'appended' };

/**
 * Inserts commits, each with an outcome of its own. The insert is a plain command rather than a retryable write of the driver: a commit is its own
 * proof, since its key is unique and its event ids are its own, so an insert whose answer was lost is simply sent once more, and one that
 * finds itself was appended. That spares the server a record of every write.
 */
export class CommitInserter {
  readonly #commits: Collection<CommitDocument>;

  constructor(
    private readonly database: MongoDatabase,
    private readonly winnerMilliseconds: number,
  ) {
    this.#commits = database.db.collection<CommitDocument>(COMMITS);
  }

  /** Commits of different streams, each standing on its stream's end as far as is known; in the order given. Never rejects. */
  async insert(commits: readonly Commit[]): Promise<readonly Settled[]> {
    const trials = commits.map((commit): Trial => ({ commit, word: NOT_SENT, repeated: false }));
    let at = await this.#attempt(trials);
    const doubtful = trials.filter(({ word }) => word.kind === 'unknown' && word.worthAnother);
    if (doubtful.length > 0) at = (await this.#repeat(doubtful)) ?? at;
    const winners = await this.#winners(
      trials.filter(({ word }) => word.kind === 'taken'),
      at,
    );
    return trials.map((trial) => settled(trial, winners));
  }

  async #repeat(trials: readonly Trial[]): Promise<Timestamp | undefined> {
    const before = trials.map(({ word }) => word);
    const at = await this.#attempt(trials);
    trials.forEach((trial, index) => {
      trial.repeated = true;
      // That this one was not sent says nothing of the first.
      if (trial.word.kind === 'refused') trial.word = before[index] ?? trial.word;
    });
    return at;
  }

  /** @returns the moment in the server's history that the answer is about. */
  async #attempt(trials: readonly Trial[]): Promise<Timestamp | undefined> {
    try {
      const answer = await this.#send(trials.map(({ commit }) => commit));
      hear(trials, answer);
      return answer.operationTime;
    } catch (error) {
      const word = wordOfFailure(error);
      for (const trial of trials) trial.word = word;
      return undefined;
    }
  }

  async #send(commits: readonly Commit[]): Promise<InsertAnswer> {
    const { bounds, db } = this.database;
    const writeConcern = { w: 'majority', j: true, wtimeout: bounds.writeMajorityMilliseconds };
    try {
      return await db.command({ insert: COMMITS, documents: commits.map(documentOf), ordered: false, writeConcern });
    } catch (error) {
      // The driver throws an answer which says that a majority does not have it.
      if (error instanceof MongoWriteConcernError) return error.result;
      throw error;
    }
  }

  /**
   * Reads who has the places of these, once a majority has them: from then on every load shows them, so that the loser decides on what beat it
   * (design.md, A write).
   */
  async #winners(trials: readonly Trial[], at: Timestamp | undefined): Promise<Winners> {
    if (trials.length === 0) return { found: new Map() };
    const session = this.database.client.startSession({ causalConsistency: true });
    try {
      if (at !== undefined) session.advanceOperationTime(at);
      const found = await this.#commits
        .find<Pick<CommitDocument, 'stream' | 'base' | 'end'> & { readonly events: readonly { readonly id: string }[] }>(
          { $or: [...conditionsOf(trials.map(({ commit }) => commit))] },
          {
            ...causalRead(session),
            projection: { _id: 0, stream: 1, base: 1, end: 1, 'events.id': 1 },
            maxTimeMS: this.winnerMilliseconds,
          },
        )
        .toArray();
      const winnerOf = ({ end, events }: (typeof found)[number]): Winner => ({ ids: events.map(({ id }) => id), end: revision(end) });
      return { found: new Map(found.map((one) => [keyText(one.stream, one.base), winnerOf(one)])) };
    } catch (error) {
      return { found: new Map(), failure: translated(error) };
    } finally {
      await session.endSession();
    }
  }
}

function hear(trials: readonly Trial[], { writeErrors = [], writeConcernError }: InsertAnswer): void {
  const stored = writeConcernError === undefined ? STORED : wordOfDoubt(writeConcernError);
  for (const trial of trials) trial.word = stored;
  for (const { index, code, codeName = '' } of writeErrors) {
    const trial = trials[index];
    if (trial !== undefined) trial.word = code === CODES.duplicateKey ? TAKEN : { kind: 'refused', error: refusalOf(code, codeName) };
  }
}

/** It is on the primary but not on a majority, so it may still be rolled back. After a wait that was too long, another would be so too. */
function wordOfDoubt({ code, codeName = '' }: { readonly code: number; readonly codeName?: string }): Word {
  const cause = new StoreUnavailable(`A majority of MongoDB did not confirm a write: ${String(code)} (${codeName}).`);
  return { kind: 'unknown', cause, worthAnother: code !== CODES.writeConcernFailed };
}

function wordOfFailure(error: unknown): Word {
  if (mayHaveBeenSent(error) && isUnavailable(error)) return { kind: 'unknown', cause: translated(error), worthAnother: true };
  return { kind: 'refused', error: translated(error) };
}

function settled({ commit, word, repeated }: Trial, { found, failure }: Winners): Settled {
  switch (word.kind) {
    case 'stored':
      return APPENDED;
    case 'unknown':
      return { status: 'unknown', cause: word.cause };
    case 'refused':
      return { status: 'refused', error: word.error };
    case 'taken': {
      const winner = found.get(keyText(commit.stream, commit.base));
      if (winner !== undefined) return isItself(commit, winner) ? APPENDED : { status: 'conflict', end: winner.end };
      const cause = failure ?? new StoreUnavailable(`What beat a write to ${commit.stream} is not durable yet.`);
      return repeated ? { status: 'unknown', cause } : { status: 'refused', error: cause };
    }
  }
}

const isItself = ({ events }: Commit, { ids }: Winner): boolean =>
  events.length === ids.length && events.every(({ id }, index) => id === ids[index]);
