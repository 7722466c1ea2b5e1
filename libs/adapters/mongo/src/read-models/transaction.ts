import { setTimeout as sleep } from 'node:timers/promises';
import { MongoError, ReadConcernLevel, ReadPreference, type ClientSession, type MongoClient, type TransactionOptions } from 'mongodb';
import type { SeenTime } from '../seen-time.js';
import { endStuckTransactions } from './stuck-transactions.js';

const TRIES = 10;
const COMMIT_TRIES = 5;
const LONGEST_WAIT_MS = 200;

/** The commit is acknowledged as every write of the client is: by a majority that has it in its journal. */
const OPTIONS: TransactionOptions = {
  readConcern: { level: ReadConcernLevel.snapshot },
  readPreference: ReadPreference.primary,
};

/**
 * Makes a change in one transaction: all of it or nothing. A change that met another one is made again from the start, so it may run several
 * times, and must not build on what an earlier run has read.
 *
 * Where it meets another one again and again, those that stand still are ended, for the next time.
 *
 * @param seen what the change must not see less than, and what is seen after it.
 * @throws what `change` throws; errors of the driver, after which it is not known whether the change was stored where the last one was of the
 * commit: whoever changes by compare-and-set finds out by reading.
 */
export async function inTransaction<Result>(
  client: MongoClient,
  change: (session: ClientSession) => Promise<Result>,
  seen?: SeenTime,
): Promise<Result> {
  const session = client.startSession();
  seen?.begin(session);
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        session.startTransaction(OPTIONS);
        const result = await change(session);
        await commit(session);
        seen?.note(session);
        return result;
      } catch (error) {
        await abort(session);
        if (!isLabelled(error, 'TransientTransactionError')) throw error;
        if (tries === TRIES) {
          await endStuckTransactions(client);
          throw error;
        }
        await pause(tries);
      }
    }
  } finally {
    await session.endSession();
  }
}

/** A commit whose answer was lost is asked for again: the server knows whether it has it. */
async function commit(session: ClientSession): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!isLabelled(error, 'UnknownTransactionCommitResult') || tries === COMMIT_TRIES) throw error;
      await pause(tries);
    }
  }
}

/** Where it cannot be said, the server ends the transaction by itself. */
async function abort(session: ClientSession): Promise<void> {
  if (!session.inTransaction()) return;
  await session.abortTransaction().catch(() => undefined);
}

const isLabelled = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);

/** Longer with each try, and never the same for two that keep meeting each other. */
const pause = (tries: number): Promise<void> => sleep(Math.random() * Math.min(LONGEST_WAIT_MS, 5 * 2 ** tries));
