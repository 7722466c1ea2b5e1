import type { SettingName } from './topic-settings.js';

/**
 * What a message has, at most, beside what counts towards `HEADWATER_EVENT_MAX_BYTES`: headers, escapes in the name of its stream, and its
 * batch's own bytes.
 */
export const ENVELOPE_BYTES = 64 * 1024;

export interface TopicDemands {
  /** How many partitions of each topic the event store counts on. */
  readonly partitions: number;
  /** Bytes of the largest event (`HEADWATER_EVENT_MAX_BYTES`). */
  readonly eventMaxBytes: number;
  readonly retentionMilliseconds: number;
}

/** The topics are not as this service needs them. Says everything that is wrong, and what to run. */
export class TopicsUnfit extends Error {
  override readonly name = 'TopicsUnfit';
  constructor(readonly mistakes: readonly string[]) {
    super(`The topics of the log are not as they must be:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
  }
}

/** A topic as it was found. */
export interface FoundTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly settings: ReadonlyMap<string, string>;
}

/** What is wrong with a topic, each with what to do about it. */
export function mistakesOf({ topic, partitions, replicas, settings }: FoundTopic, demands: TopicDemands): readonly string[] {
  const change = (name: string, value: string | number): string =>
    `Set it: kafka-configs --alter --topic ${topic} --add-config ${name}=${String(value)}.`;
  const number = (name: SettingName): number => Number(settings.get(name) ?? NaN);
  const needed = demands.eventMaxBytes + ENVELOPE_BYTES;
  const wanted = demands.retentionMilliseconds;
  const kept = number('retention.ms');
  const mistakes: string[] = [];
  if (partitions < demands.partitions)
    mistakes.push(
      `Topic ${topic} has ${String(partitions)} partitions, and the event store counts on ${String(demands.partitions)}. ` +
        `Run npm run topics -- --partitions ${String(demands.partitions)}.`,
    );
  if (!(number('max.message.bytes') >= needed))
    mistakes.push(
      `Topic ${topic} takes messages of ${settings.get('max.message.bytes') ?? 'unknown'} bytes, and an event may need ${String(needed)} ` +
        `(HEADWATER_EVENT_MAX_BYTES and its envelope). ${change('max.message.bytes', needed)}`,
    );
  if (settings.get('cleanup.policy') !== 'delete')
    mistakes.push(
      `Topic ${topic} has cleanup.policy=${settings.get('cleanup.policy') ?? 'unknown'}, which drops events that readers need. ${change('cleanup.policy', 'delete')}`,
    );
  if (!(kept === -1 || (wanted !== -1 && kept >= wanted)))
    mistakes.push(
      `Topic ${topic} has retention.ms=${settings.get('retention.ms') ?? 'unknown'}, and ${String(wanted)} is expected. ${change('retention.ms', wanted)}`,
    );
  if (number('retention.bytes') !== -1)
    mistakes.push(
      `Topic ${topic} forgets events beyond ${settings.get('retention.bytes') ?? 'unknown'} bytes. ${change('retention.bytes', -1)}`,
    );
  if (number('min.insync.replicas') > replicas)
    mistakes.push(
      `Topic ${topic} takes nothing with fewer than ${settings.get('min.insync.replicas') ?? 'unknown'} replicas in sync, and has ${String(replicas)}. ` +
        change('min.insync.replicas', replicas),
    );
  return mistakes;
}
