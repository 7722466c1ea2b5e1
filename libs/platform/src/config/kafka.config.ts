import { BooleanSetting, ChoiceSetting, IntegerSetting, ListSetting, TextSetting, type Program } from '../setting.js';
import { DistributedConfig } from './distributed.config.js';

const LOG_USERS = ['command-service', 'projector', 'topics'] as const satisfies readonly Program[];

export const SASL_MECHANISMS = ['none', 'plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

/** What the adapter of Kafka is given. */
export interface KafkaClient {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: boolean;
  readonly sasl?: { readonly mechanism: Exclude<SaslMechanism, 'none'>; readonly username: string; readonly password: string };
}

/** What the programs share that write or read the log. */
export class KafkaConfig extends DistributedConfig {
  @ListSetting({
    name: 'HEADWATER_KAFKA_BROKERS',
    usedBy: LOG_USERS,
    meaning: 'Where Kafka is: `host:port` of some brokers, with commas between them.',
    pattern: /^[^\s/,@]+:\d{1,5}$/,
    expected: 'a list of host:port',
  })
  readonly kafkaBrokers: readonly string[] = ['127.0.0.1:9092'];

  @TextSetting({
    name: 'HEADWATER_KAFKA_TOPIC_PREFIX',
    usedBy: LOG_USERS,
    meaning: 'How the names of the topics and of the consumer group begin.',
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    expected: 'a name of letters, digits, ., - and _, 100 characters at most',
  })
  readonly kafkaTopicPrefix: string = 'headwater';

  @BooleanSetting({ name: 'HEADWATER_KAFKA_SSL', usedBy: LOG_USERS, meaning: '`true`: connections to Kafka are encrypted.' })
  readonly kafkaSsl: boolean = false;

  @ChoiceSetting({
    name: 'HEADWATER_KAFKA_SASL_MECHANISM',
    usedBy: LOG_USERS,
    meaning: `How the service proves to Kafka who it is: ${SASL_MECHANISMS.join(', ')}.`,
    among: SASL_MECHANISMS,
  })
  readonly kafkaSaslMechanism: SaslMechanism = 'none';

  @TextSetting({ name: 'HEADWATER_KAFKA_USERNAME', usedBy: LOG_USERS, meaning: 'The name that it gives.', optional: true })
  readonly kafkaUsername: string = '';

  @TextSetting({ name: 'HEADWATER_KAFKA_PASSWORD', usedBy: LOG_USERS, meaning: 'The password of that name.', optional: true, secret: true })
  readonly kafkaPassword: string = '';

  @IntegerSetting({
    name: 'HEADWATER_KAFKA_RETENTION_MS',
    usedBy: LOG_USERS,
    meaning: 'How long Kafka keeps events. -1: for ever. Projections that are built anew need all of them.',
    min: -1,
  })
  readonly kafkaRetentionMs: number = -1;

  /** How a service that names itself so connects to Kafka. */
  kafka(clientId: string): KafkaClient {
    const { kafkaBrokers: brokers, kafkaSsl: ssl, kafkaSaslMechanism: mechanism, kafkaUsername: username, kafkaPassword: password } = this;
    return { brokers, clientId, ssl, ...(mechanism === 'none' ? {} : { sasl: { mechanism, username, password } }) };
  }

  /** What the topics must be fit for. @param partitions of each topic, that the event store counts on */
  topicDemands(partitions: number): {
    readonly partitions: number;
    readonly eventMaxBytes: number;
    readonly retentionMilliseconds: number;
  } {
    return { partitions, eventMaxBytes: this.eventMaxBytes, retentionMilliseconds: this.kafkaRetentionMs };
  }

  override contradictions(): readonly string[] {
    const named = this.kafkaUsername !== '' && this.kafkaPassword !== '';
    return [...super.contradictions(), ...(this.kafkaSaslMechanism === 'none' || named ? [] : [NO_CREDENTIALS])];
  }
}

const NO_CREDENTIALS =
  'HEADWATER_KAFKA_SASL_MECHANISM asks for a name and a password: set HEADWATER_KAFKA_USERNAME and HEADWATER_KAFKA_PASSWORD too.';
