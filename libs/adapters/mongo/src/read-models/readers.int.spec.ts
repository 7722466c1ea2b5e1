import {
  directoryReaderContract,
  feedReaderContract,
  linksReaderContract,
  resourcesReaderContract,
  type ReadModelSubject,
} from '@headwater/read-models/testing';
import type { MongoReadModels } from './mongo-read-models.js';
import { ReadModelService } from './testing/read-model-service.js';

const subject =
  <Reader>(readerOf: (readers: MongoReadModels) => Reader): (() => Promise<ReadModelSubject<Reader>>) =>
  async () => {
    const service = await ReadModelService.start();
    return { store: service.store, reader: readerOf(service.readers), settle: () => service.settle(), close: () => service.close() };
  };

resourcesReaderContract(
  'MongoDB',
  subject(({ resources }) => resources),
);
linksReaderContract(
  'MongoDB',
  subject(({ links }) => links),
);
directoryReaderContract(
  'MongoDB',
  subject(({ directory }) => directory),
);
feedReaderContract(
  'MongoDB',
  subject(({ feed }) => feed),
  { runs: 3 },
);
