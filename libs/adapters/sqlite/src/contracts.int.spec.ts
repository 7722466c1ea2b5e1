import type { EventStore } from '@headwater/event-sourcing';
import { eventLogContract, eventStoreContract } from '@headwater/event-sourcing/testing';
import {
  directoryReaderContract,
  feedReaderContract,
  linksReaderContract,
  resourcesReaderContract,
  type ReadModelSubject,
} from '@headwater/read-models/testing';
import type { StoreBounds } from './options.js';
import type { SqliteStore } from './sqlite-store.js';
import { temporaryStore } from './testing/temporary.js';

eventStoreContract('SQLite', async () => {
  const subject = await temporaryStore();
  return { store: subject.store, close: () => subject.close(), reopen: () => subject.reopen() };
});

eventLogContract('SQLite', async () => {
  const subject = await temporaryStore();
  return { log: subject.store.log, store: subject.store, settle: async () => undefined, close: () => subject.close() };
});

/** A reader of a store of its own. */
const subjectOf =
  <Reader>(readerOf: (store: SqliteStore) => Reader, bounds: Partial<StoreBounds> = {}) =>
  async (): Promise<ReadModelSubject<Reader>> => {
    const subject = await temporaryStore({ bounds });
    const store: EventStore = subject.store;
    return { store, reader: readerOf(subject.store), settle: () => subject.store.caughtUp(), close: () => subject.close() };
  };

resourcesReaderContract(
  'SQLite',
  subjectOf(({ resources }) => resources),
);
resourcesReaderContract(
  'SQLite with every listing on the other thread',
  subjectOf(({ resources }) => resources, { longListRows: -1 }),
);
linksReaderContract(
  'SQLite',
  subjectOf(({ links }) => links),
);
feedReaderContract(
  'SQLite',
  subjectOf(({ feed }) => feed),
);
directoryReaderContract(
  'SQLite',
  subjectOf(({ directory }) => directory),
);
