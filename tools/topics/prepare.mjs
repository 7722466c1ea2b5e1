import { KafkaTopics } from '@headwater/kafka';
import { PartitionsOnlyGrow, connectMongo, openMongoEventStore, prepareMongo } from '@headwater/mongo';

/**
 * Makes what is missing of database and topics, and adds partitions where more are asked for. The topics have them before the event store gives
 * any to a stream.
 * @param {import('@headwater/platform').TopicsConfig} config
 * @param {number | undefined} asked the partitions that each topic should have; without it those that there are, or what the configuration says
 * @param {(line: string) => void} say
 */
export async function prepare(config, asked, say) {
  const database = await connectMongo(config.mongo('headwater topics'));
  try {
    const { epoch, partitions: present } = await prepareMongo(database, { partitions: asked ?? config.kafkaPartitions });
    say(`MongoDB, database ${config.mongoDatabase}: collections and indexes are there. The log has epoch ${epoch}.`);
    if (asked !== undefined && asked < present) throw new PartitionsOnlyGrow(present, asked);
    const partitions = asked ?? present;
    const topics = new KafkaTopics({ connection: config.kafka('headwater-topics'), prefix: config.kafkaTopicPrefix, epoch });
    for (const made of await topics.prepare(settingsOf(config, partitions))) say(`Topic ${made.topic}: ${outcomeOf(made)}.`);
    if (partitions > present) await raise(database, partitions);
    say(`The event store counts on ${partitions} partitions of each topic${partitions > present ? `, ${present} until now` : ''}.`);
    await topics.check(config.topicDemands(partitions));
  } finally {
    await database.close();
  }
}

async function raise(database, partitions) {
  const store = await openMongoEventStore(database);
  await store.addPartitions(partitions);
  await store.close();
}

const settingsOf = (config, partitions) => ({
  partitions,
  replicationFactor: config.kafkaReplication,
  minInSyncReplicas: config.kafkaMinInsyncReplicas,
  maxMessageBytes: config.kafkaMaxMessageBytes,
  retentionMilliseconds: config.kafkaRetentionMs,
});

function outcomeOf({ outcome, partitions }) {
  const has = `${partitions} partition${partitions === 1 ? '' : 's'}`;
  return { created: `created with ${has}`, extended: `partitions added, ${has} now`, unchanged: `${has}, nothing to do` }[outcome];
}
