import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase } from '../testing/database.js';
import { endStuckTransactions } from './stuck-transactions.js';
import { inTransaction } from './transaction.js';

interface Counted {
  readonly _id: string;
  readonly count: number;
}

describe('A transaction that stands still, as its process was stopped', () => {
  it('is in the way no longer than some seconds', async () => {
    const test = await testDatabase();
    const zombie = await test.connect();
    const session = zombie.client.startSession();
    try {
      const rows = test.database.db.collection<Counted>('rows');
      await rows.insertOne({ _id: 'one', count: 0 });
      session.startTransaction();
      await zombie.db.collection<Counted>('rows').updateOne({ _id: 'one' }, { $inc: { count: 100 } }, { session });
      const began = performance.now();
      for (;;) {
        const change = inTransaction(test.database.client, (own) =>
          rows.updateOne({ _id: 'one' }, { $inc: { count: 1 } }, { session: own }),
        );
        if (
          await change.then(
            () => true,
            () => false,
          )
        )
          break;
      }
      expect(performance.now() - began).toBeLessThan(15_000);
      await expect(session.commitTransaction()).rejects.toThrow('aborted');
      expect(await rows.findOne({ _id: 'one' })).toEqual({ _id: 'one', count: 1 });
    } finally {
      await session.endSession();
      await test.close();
    }
  });

  it('is left alone while it goes on', async () => {
    const test = await testDatabase();
    const session = test.database.client.startSession();
    try {
      const rows = test.database.db.collection<Counted>('rows');
      await rows.insertOne({ _id: 'one', count: 0 });
      session.startTransaction();
      await rows.updateOne({ _id: 'one' }, { $inc: { count: 1 } }, { session });
      await sleep(500);
      await endStuckTransactions(test.database.client);
      await session.commitTransaction();
      expect(await rows.findOne({ _id: 'one' })).toEqual({ _id: 'one', count: 1 });
    } finally {
      await session.endSession();
      await test.close();
    }
  });
});
