/** The projects of Jest whose suites need Kafka and MongoDB. */
export const distributedProjects = ['distributed', 'distributed-api'];

/** Where the integration and end-to-end suites of these projects are. */
export const distributedFolders = [
  'libs/adapters/mongo/dist',
  'libs/adapters/kafka/dist',
  'libs/processing/dist',
  'apps/command-service/dist',
  'apps/projector/dist',
  'apps/query-gateway/dist',
  'apps/e2e/dist/distributed',
];
