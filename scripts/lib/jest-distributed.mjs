// Setup of Jest's project `distributed-api`: the end-to-end suite runs against the services on Kafka and MongoDB (apps/e2e/src/testing/composition.ts).
process.env.HEADWATER_TEST_MODE = 'distributed';
