// What is asked of servers, by the clients that the service itself uses. They are loaded when they are needed: these scripts also run where
// nothing is installed yet.

/** @param {string} brokers @returns {Promise<true | undefined>} whether Kafka serves */
export async function kafkaAnswers(brokers) {
  const { Kafka, logLevel } = (await import('kafkajs')).default;
  const kafka = new Kafka({
    clientId: 'headwater-servers',
    brokers: brokers.split(','),
    connectionTimeout: 2000,
    requestTimeout: 5000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers: alive, controller } = await admin.describeCluster();
    return alive.length > 0 && controller !== null ? true : undefined;
  } finally {
    await admin.disconnect();
  }
}

/**
 * Asks MongoDB.
 * @template T
 * @param {string} url @param {(admin: import('mongodb').Db) => Promise<T>} ask of the database admin
 * @returns {Promise<T>}
 */
export async function askMongo(url, ask) {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000, socketTimeoutMS: 10_000 });
  try {
    await client.connect();
    return await ask(client.db('admin'));
  } finally {
    await client.close();
  }
}
