import { PLAIN_PROJECTIONS, projectionStoreContract } from '../testing/projection-store.contract.js';
import { InMemoryProjectionStore } from './in-memory-projection-store.js';

projectionStoreContract('The in-memory adapter', async () => {
  const store = new InMemoryProjectionStore();
  return {
    store,
    projections: PLAIN_PROJECTIONS,
    counter: async (projection, key) => store.served(projection).counter(key),
    history: async (projection, stream) =>
      store
        .served(projection)
        .history()
        .filter((record) => record.stream === stream),
    reopen: async () => store,
    close: async () => undefined,
  };
});
