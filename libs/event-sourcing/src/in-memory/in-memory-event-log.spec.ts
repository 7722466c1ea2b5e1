import { epoch } from '../brand.js';
import { relayPartition } from '../relay.js';
import { eventLogContract, logPublisherContract, logTailContract, type LogTailSubject } from '../testing/event-log.contract.js';
import { outboxContract, outboxOverviewContract } from '../testing/outbox.contract.js';
import { InMemoryEventLog } from './in-memory-event-log.js';
import { InMemoryEventStore } from './in-memory-event-store.js';

outboxContract('The in-memory adapter', async () => {
  const store = new InMemoryEventStore();
  return { store, elapse: async (milliseconds) => store.elapse(milliseconds), reopen: async () => store, close: async () => undefined };
});

outboxOverviewContract('The in-memory adapter', async () => {
  const store = new InMemoryEventStore();
  return { store, elapse: async (milliseconds) => store.elapse(milliseconds), close: async () => undefined };
});

eventLogContract('The in-memory adapter', async () => {
  const store = new InMemoryEventStore();
  const log = new InMemoryEventLog(await store.epoch());
  return {
    store,
    log,
    settle: async () => {
      for (const partition of store.partitions) await relayPartition(store, log, partition, { commits: 2, characters: 1e9 });
    },
    close: async () => undefined,
  };
});

const emptyLog = async (): Promise<LogTailSubject> => ({
  log: new InMemoryEventLog(epoch('0123456789abcdef')),
  close: async () => undefined,
});

logPublisherContract('The in-memory adapter', emptyLog);
logTailContract('The in-memory adapter', emptyLog);
