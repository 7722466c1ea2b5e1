import { IntegerSetting } from '../setting.js';
import { KafkaConfig } from './kafka.config.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What `npm run topics` makes topics of. */
export class TopicsConfig extends KafkaConfig {
  @IntegerSetting({
    name: 'HEADWATER_KAFKA_PARTITIONS',
    usedBy: ['topics'],
    meaning: 'Partitions of each of the two topics when they are made; `npm run topics -- --partitions N` adds some later.',
    min: 1,
    max: 10_000,
  })
  readonly kafkaPartitions: number = 6;

  @IntegerSetting({ name: 'HEADWATER_KAFKA_REPLICATION', usedBy: ['topics'], meaning: 'Copies of each partition.', min: 1, max: 100 })
  readonly kafkaReplication: number = 1;

  @IntegerSetting({
    name: 'HEADWATER_KAFKA_MIN_INSYNC_REPLICAS',
    usedBy: ['topics'],
    meaning: 'Copies that must have an event before Kafka acknowledges it; 2 where there are three.',
    min: 1,
    max: 100,
  })
  readonly kafkaMinInsyncReplicas: number = 1;

  @IntegerSetting({
    name: 'HEADWATER_KAFKA_MAX_MESSAGE_BYTES',
    usedBy: ['topics'],
    meaning:
      'Largest batch of events that the topics take. More than `HEADWATER_RELAY_BATCH_BYTES` and `HEADWATER_EVENT_MAX_BYTES` together.',
    min: MIB,
    max: 1024 * MIB,
  })
  readonly kafkaMaxMessageBytes: number = 4 * MIB;

  override contradictions(): readonly string[] {
    const kept = this.kafkaMinInsyncReplicas <= this.kafkaReplication;
    return [...super.contradictions(), ...(kept ? [] : [MORE_THAN_THERE_ARE])];
  }
}

const MORE_THAN_THERE_ARE = 'HEADWATER_KAFKA_MIN_INSYNC_REPLICAS must not be more than HEADWATER_KAFKA_REPLICATION.';
