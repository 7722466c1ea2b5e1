import { eventStoreContract } from '../testing/event-store.contract.js';
import { InMemoryEventStore } from './in-memory-event-store.js';

eventStoreContract('The in-memory adapter', async () => {
  const store = new InMemoryEventStore({ pageSize: 7 });
  return { store, reopen: async () => store, close: async () => undefined };
});
