import { offset, partition, revision, type ProjectionName, type StreamName } from '@headwater/event-sourcing';
import type { ProjectionStoreSubject, StoredProjection } from '@headwater/event-sourcing/testing';
import { testDatabase } from '../../testing/database.js';
import { copyName } from '../copies.js';
import { Counters } from '../counters.js';
import { historyIn } from '../history.js';
import { MongoProjectionStore } from '../projection-store.js';

/** Makes subjects of the projection store's contract for these projections. */
export const projectionSubject =
  (projections: readonly [StoredProjection, StoredProjection]) => async (): Promise<ProjectionStoreSubject> => {
    const test = await testDatabase();
    const { db } = test.database;
    const store = new MongoProjectionStore(test.database);
    const served = async (projection: ProjectionName): Promise<string> => {
      const copies = await store.versions(projection);
      if (copies.served === undefined) throw new Error(`${projection} is not served.`);
      return copyName(projection, copies.served.version);
    };
    return {
      store,
      projections,
      counter: async (projection, key) => (await new Counters(db, await served(projection)).totals([key])).get(key) ?? 0,
      history: async (projection: ProjectionName, stream: StreamName) => {
        const records = await historyIn(db, await served(projection))
          .find({ stream })
          .sort({ _id: 1 })
          .toArray();
        return records.map(({ _id, revision: at }) => ({
          partition: partition(_id.partition),
          offset: offset(_id.offset),
          revision: revision(at),
        }));
      },
      reopen: async () => new MongoProjectionStore(await test.connect()),
      close: () => test.close(),
    };
  };
