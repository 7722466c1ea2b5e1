import type { Document, MongoClient } from 'mongodb';

/** A transaction that stands still for so long between two of its requests belongs to a process that was stopped or killed. */
const STUCK_MILLISECONDS = 3000;

/** What the server tells of a session that has a transaction open and asks for nothing at the moment. */
interface IdleSession extends Document {
  readonly lsid: { readonly id: unknown };
}

/**
 * Ends the transactions of processes like this one (by their `appName`) that stand still: whatever they have written is in everybody's way until
 * the server ends them by itself, after a minute. One that goes on after all finds its transaction ended, and makes it again.
 *
 * Never rejects: where the server does not let us, it is waited for as without this.
 */
export async function endStuckTransactions(client: MongoClient): Promise<void> {
  const { appName } = client.options;
  if (appName === undefined) return;
  const admin = client.db('admin');
  const stuck = { type: 'idleSession', appName, 'transaction.timeInactiveMicros': { $gt: STUCK_MILLISECONDS * 1000 } };
  try {
    const found = await admin.aggregate<IdleSession>([{ $currentOp: { idleSessions: true } }, { $match: stuck }], LOCALLY).toArray();
    if (found.length > 0) await admin.command({ killSessions: found.map(({ lsid: { id } }) => ({ id })) });
  } catch {
    // Rights that are missing, a primary that is gone: what waits for the transaction is tried again all the same.
  }
}

/** What the server does at this moment is no data, of which a majority could have anything. */
const LOCALLY = { readConcern: { level: 'local' } } as const;
