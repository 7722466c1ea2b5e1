import { recordsOf } from '@headwater/event-sourcing';
import { InMemoryEventStore, eventLogContract, logPublisherContract, logTailContract } from '@headwater/event-sourcing/testing';
import { testLog } from './testing/test-kafka.js';

eventLogContract('The Kafka adapter', async () => {
  const store = new InMemoryEventStore({ partitions: 4 });
  const { log, close } = await testLog({ epoch: await store.epoch() });
  const settle = async (): Promise<void> => {
    for (const partition of store.partitions) {
      const commits = await store.pending(partition, undefined, 1000);
      await store.published(partition, commits, await log.publish(partition, commits.flatMap(recordsOf)));
    }
  };
  return { store, log, close, settle };
});

logPublisherContract('The Kafka adapter', () => testLog());

logPublisherContract('The Kafka adapter, compressing', () => testLog({ compression: 'gzip' }));

logTailContract('The Kafka adapter', () => testLog());
