import { IntegerSetting } from '../setting.js';
import { KafkaConfig } from './kafka.config.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Answers writes, and publishes what they appended. */
export class CommandServiceConfig extends KafkaConfig {
  /** Beside a gateway and a projector of the same machine, where nothing else is said. */
  override readonly port: number = 8081;
  /** Clients come through the gateway. */
  override readonly publicUrl: string = 'http://{host}:8080';

  @IntegerSetting({
    name: 'HEADWATER_RELAY_LEASE_MS',
    usedBy: ['command-service'],
    meaning: 'After this long another command-service takes over the partitions of one that has died.',
    min: 1000,
    max: 600_000,
  })
  readonly relayLeaseMs: number = 5000;

  @IntegerSetting({
    name: 'HEADWATER_RELAY_BATCH_BYTES',
    usedBy: ['command-service'],
    meaning: 'Bytes of events that are sent to Kafka at once; a larger event is sent alone.',
    min: 16 * KIB,
    max: 512 * MIB,
  })
  readonly relayBatchBytes: number = MIB;

  @IntegerSetting({
    name: 'HEADWATER_RELAY_POLL_MS',
    usedBy: ['command-service'],
    meaning: 'How often the outbox is looked at for what nobody announced: what another command-service appended.',
    min: 10,
    max: 60_000,
  })
  readonly relayPollMs: number = 200;

  @IntegerSetting({
    name: 'HEADWATER_OUTBOX_ALARM',
    usedBy: ['command-service'],
    meaning: 'From so many commits on that wait for Kafka, the log says so.',
    min: 1,
  })
  readonly outboxAlarm: number = 10_000;

  @IntegerSetting({
    name: 'HEADWATER_OUTBOX_MAX',
    usedBy: ['command-service'],
    meaning: 'Most commits that wait for Kafka; more writes are answered 503.',
    min: 1,
  })
  readonly outboxMax: number = 1_000_000;
}
