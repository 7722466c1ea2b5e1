/** Packages whose integration and end-to-end suites need Kafka and MongoDB: Jest's project `distributed`. */
export const distributedRoots = [
  'libs/adapters/mongo',
  'libs/adapters/kafka',
  'libs/processing',
  'apps/command-service',
  'apps/projector',
  'apps/query-gateway',
  'apps/distributed*',
];
