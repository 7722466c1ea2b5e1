import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { resource } from '../document.mjs';

/**
 * What the bare clients do on the same servers, in the same minutes, with documents of the same size.
 * @typedef {{ title: string, rate: number, cpu: number }} Bare CPU microseconds of this process for each.
 */

const BATCH = 500;

/** @returns {Promise<{ rate: number, cpu: number }>} of `count` operations */
async function measured(count, work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (count * 1000) / (performance.now() - start), cpu: (user + system) / count };
}

/** @param {string} brokers @param {number} count @returns {Promise<readonly Bare[]>} */
export async function bareKafka(brokers, count) {
  const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const topic = `bench-${randomUUID()}`;
  const admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 });
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    await producer.connect();
    const produced = await measured(count, async () => {
      for (let at = 0; at < count; at += BATCH) {
        const messages = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => ({
          key: String(at + i),
          value: resource('bare', at + i),
        }));
        await producer.send({ topic, acks: -1, messages });
      }
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const consumed = await measured(count, () => consumeAll(consumer, count));
    return [
      { title: 'kafkajs: produce, batches of 500, acks all', ...produced },
      { title: 'kafkajs: consume', ...consumed },
    ];
  } finally {
    await consumer.disconnect();
    await producer.disconnect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
}

async function consumeAll(consumer, count) {
  let seen = 0;
  const { promise, resolve } = Promise.withResolvers();
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages) seen += value.length > 0 ? 1 : 0;
      if (seen >= count) resolve();
    },
  });
  await promise;
}

/** @param {string} url @param {number} count @returns {Promise<readonly Bare[]>} */
export async function bareMongo(url, count) {
  const client = await MongoClient.connect(url, { writeConcern: { w: 'majority', journal: true }, readConcern: { level: 'majority' } });
  const db = client.db(`bench_bare_${process.pid}`);
  try {
    const things = db.collection('things');
    const document = (n) => ({ _id: n, body: resource('bare', n) });
    const batches = await measured(count, async () => {
      for (let at = 0; at < count; at += BATCH)
        await things.insertMany(Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => document(at + i)));
    });
    const singles = Math.min(count, 5000);
    const single = await measured(singles, () => inParallel(32, singles, (n) => things.insertOne(document(count + n))));
    const found = await measured(count, () => inParallel(32, count, (n) => things.findOne({ _id: n })));
    return [
      { title: 'mongodb: insertMany of 500, majority, journal', ...batches },
      { title: 'mongodb: insertOne, 32 at once, majority, journal', ...single },
      { title: 'mongodb: findOne by key, 32 at once', ...found },
    ];
  } finally {
    await db.dropDatabase();
    await client.close();
  }
}

async function inParallel(limit, count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
