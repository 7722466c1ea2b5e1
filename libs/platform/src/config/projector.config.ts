import { IntegerSetting, ListSetting } from '../setting.js';
import { KafkaConfig } from './kafka.config.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Their names in @headwater/read-models, which is not loaded for the sake of a configuration. */
export const PROJECTION_NAMES = ['resources', 'links', 'feed', 'directory'] as const;

const NAMES = PROJECTION_NAMES.join(', ');

/** Makes read models of the log. */
export class ProjectorConfig extends KafkaConfig {
  override readonly port: number = 8082;

  @ListSetting({
    name: 'HEADWATER_PROJECTIONS',
    usedBy: ['projector'],
    meaning: `The projections to run, with commas between them: \`all\`, or some of ${NAMES}.`,
    pattern: new RegExp(`^(all|${PROJECTION_NAMES.join('|')})$`),
    expected: `'all', or a list of ${NAMES}`,
  })
  readonly projections: readonly string[] = ['all'];

  @IntegerSetting({
    name: 'HEADWATER_PROJECTOR_BATCH_EVENTS',
    usedBy: ['projector'],
    meaning: 'Most events that are applied in one transaction.',
    min: 1,
    max: 10_000,
  })
  readonly projectorBatchEvents: number = 500;

  @IntegerSetting({
    name: 'HEADWATER_PROJECTOR_BATCH_BYTES',
    usedBy: ['projector'],
    meaning: 'Most bytes of events that are applied in one transaction; a larger event is applied alone.',
    min: 64 * KIB,
    // A transaction of MongoDB writes documents of 16 MiB at most to its own log.
    max: 64 * MIB,
  })
  readonly projectorBatchBytes: number = 4 * MIB;

  @IntegerSetting({
    name: 'HEADWATER_PROJECTOR_PARALLEL',
    usedBy: ['projector'],
    meaning: 'Partitions that are worked on at one time.',
    min: 1,
    max: 100,
  })
  readonly projectorParallel: number = 8;

  @IntegerSetting({
    name: 'HEADWATER_PROJECTOR_RETRY_MAX_MS',
    usedBy: ['projector'],
    meaning: 'Longest pause before a batch is tried again that could not be read or stored.',
    min: 100,
    max: 600_000,
  })
  readonly projectorRetryMaxMs: number = 5000;

  /** Whether a projection is one of those to run. */
  runs(name: string): boolean {
    return this.projections.includes('all') || this.projections.includes(name);
  }
}
