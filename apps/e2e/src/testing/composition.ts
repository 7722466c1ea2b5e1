/** How the service is put together that the tests run against: one process on SQLite, or services on Kafka and MongoDB. */
export type Composition = 'embedded' | 'distributed';

/** Jest's project `distributed-api` sets it. */
export const composition: Composition = process.env['HEADWATER_TEST_MODE'] === 'distributed' ? 'distributed' : 'embedded';
