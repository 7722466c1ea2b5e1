import { setTimeout as wait } from 'node:timers/promises';
import { eventStoreContract, outboxContract, outboxOverviewContract } from '@headwater/event-sourcing/testing';
import { testEventStore, type TestEventStore } from '../testing/event-store.js';

eventStoreContract('MongoDB', () => testEventStore());

// Bounds at which everything takes several pieces.
eventStoreContract('MongoDB in small pieces', () =>
  testEventStore({
    bounds: { groupCommits: 3, groupBytes: 4000, chunkCommits: 2, lookupStreams: 2, pageBytes: 1500, rememberedStreams: 1 },
  }),
);

/** Time passes by itself for the database. */
const withClock = async (): Promise<TestEventStore & { readonly elapse: (milliseconds: number) => Promise<void> }> => ({
  ...(await testEventStore()),
  elapse: (milliseconds) => wait(milliseconds),
});

outboxContract('MongoDB', withClock);
outboxOverviewContract('MongoDB', withClock);
