import { directoryReaderContract } from './directory-reader.contract.js';
import { feedReaderContract } from './feed-reader.contract.js';
import { InMemoryService } from './in-memory-service.js';
import { linksReaderContract } from './links-reader.contract.js';
import type { ReadModelSubject } from './read-model-subject.js';
import { resourcesReaderContract } from './resources-reader.contract.js';

const subject =
  <Reader>(readerOf: (service: InMemoryService) => Reader): (() => Promise<ReadModelSubject<Reader>>) =>
  async () => {
    const service = await InMemoryService.start();
    return { store: service.store, reader: readerOf(service), settle: () => service.settle(), close: async () => undefined };
  };

resourcesReaderContract(
  'The in-memory adapter',
  subject(({ resources }) => resources),
);
linksReaderContract(
  'The in-memory adapter',
  subject(({ links }) => links),
);
directoryReaderContract(
  'The in-memory adapter',
  subject(({ directory }) => directory),
);
feedReaderContract(
  'The in-memory adapter',
  subject(({ feed }) => feed),
);
