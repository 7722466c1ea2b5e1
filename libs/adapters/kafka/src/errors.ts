import type { Offset, Partition } from '@headwater/event-sourcing';
import kafkajs from 'kafkajs';

/** Kafka did not answer, or cannot do it now. Try again later; of a publish, the outcome is unknown. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
  constructor(what: string, cause: unknown) {
    super(`${what}: ${textOf(cause)}`, { cause });
  }
}

/** Kafka refuses, and will go on refusing: what is asked, or how the topics are set, has to change. */
export class KafkaRefused extends Error {
  override readonly name = 'KafkaRefused';
  constructor(what: string, cause: unknown) {
    super(`${what}: ${textOf(cause)}`, { cause });
  }
}

/** A record is larger than its topic takes. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge';
  constructor(
    readonly partition: Partition,
    readonly bytes: number,
    options?: ErrorOptions,
  ) {
    super(
      `A batch of ${String(bytes)} bytes is more than partition ${String(partition)} takes: raise the topic's max.message.bytes above ` +
        'HEADWATER_EVENT_MAX_BYTES (npm run topics says by how much).',
      options,
    );
  }
}

/** The topics do not have the partition that is asked for; they may have it in a few seconds where partitions were just added. */
export class PartitionUnknown extends Error {
  override readonly name = 'PartitionUnknown';
  constructor(
    readonly topic: string,
    readonly index: number,
  ) {
    super(`Topic ${topic} has no partition ${String(index)}, as far as is known here. Run npm run topics where it should have one.`);
  }
}

/** An entry of a topic that this service did not write. The partition has to stop: nobody knows what it means. */
export class ForeignEntry extends Error {
  override readonly name = 'ForeignEntry';
  constructor(
    readonly partition: Partition,
    readonly offset: Offset,
    options?: ErrorOptions,
  ) {
    super(
      `Partition ${String(partition)} of the log holds at ${String(offset)} what is no event of this service. Only this service may write to its topics.`,
      options,
    );
  }
}

/** What the client failed with in the end, below its own wrapping of tries. */
export function rootOf(error: unknown): unknown {
  if (error instanceof kafkajs.KafkaJSAggregateError) return rootOf(error.errors[0]);
  const wraps = error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded || error instanceof kafkajs.KafkaJSNonRetriableError;
  return wraps && error.cause !== undefined ? rootOf(error.cause) : error;
}

/** Errors of ours that a call of the client may end with: they say already what they mean. */
const isOurs = (error: unknown): boolean =>
  [KafkaUnavailable, KafkaRefused, RecordTooLarge, PartitionUnknown, ForeignEntry].some((type) => error instanceof type);

/**
 * Whether a request that failed may succeed later, as brokers come and go. That is so for everything but a definite no: in the midst of
 * reconnecting the client fails with errors that are not even its own.
 */
export function isPassing(error: unknown): boolean {
  const root = rootOf(error);
  return !isOurs(root) && !(root instanceof kafkajs.KafkaJSError && !root.retriable);
}

/** Kafka's name of an error that a broker answered with, as `UNKNOWN_TOPIC_OR_PARTITION`. */
export function protocolType(error: unknown): string | undefined {
  const root = rootOf(error);
  return root instanceof kafkajs.KafkaJSProtocolError ? root.type : undefined;
}

/** Whether a broker refused a batch for its size. */
export function isTooLarge(error: unknown): boolean {
  const type = protocolType(error);
  return type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE';
}

/** What a call of the client failed with, as an error of ours. */
export function kafkaError(what: string, error: unknown): unknown {
  if (isOurs(error)) return error;
  return isPassing(error) ? new KafkaUnavailable(what, rootOf(error)) : new KafkaRefused(what, rootOf(error));
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
