import { BEFORE_FIRST, type LogPublisher, type LogRecord, type Offset, type Partition } from '@headwater/event-sourcing';
import { RecordTooLarge, isTooLarge, kafkaError } from './errors.js';
import { ProduceRequests, type ProduceRequestsOptions } from './produce-requests.js';
import { batches, sizedMessages, type Batch } from './record-batches.js';
import { kafkaPartition, type KafkaPartition, type TopicNames } from './topic-names.js';

export interface LogWriterOptions extends ProduceRequestsOptions {
  readonly topics: TopicNames;
  /** Bytes of one batch; what one call publishes is cut into consecutive batches. At most what the topics take as `max.message.bytes`. */
  readonly batchBytes: number;
  /** `ce_source` of the messages. */
  readonly source: string;
}

/**
 * Publishes records with a plain producer: acknowledged by all replicas, one send in flight per partition (docs/adr/0005-a-plain-kafka-producer.md).
 *
 * Each send is tried once. Whether a rejected one was stored is unknown, and who publishes repeats it: it can then never stand behind a later
 * one of ours. A call takes, for each batch, at most the time of looking the brokers up, of connecting anew and of a request, or of two where
 * a batch in the first was too large.
 */
export class LogWriter implements LogPublisher {
  readonly #options: LogWriterOptions;
  readonly #requests: ProduceRequests;
  readonly #sends = new Map<Partition, Promise<unknown>>();

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#requests = new ProduceRequests(options);
  }

  publish(partition: Partition, records: readonly LogRecord[]): Promise<Offset> {
    const sending = (this.#sends.get(partition) ?? Promise.resolve()).then(() => this.#publish(partition, records));
    const settled = sending.then(
      () => undefined,
      () => undefined,
    );
    this.#sends.set(partition, settled);
    void settled.then(() => {
      if (this.#sends.get(partition) === settled) this.#sends.delete(partition);
    });
    return sending;
  }

  close(): Promise<void> {
    return this.#requests.close();
  }

  async #publish(partition: Partition, records: readonly LogRecord[]): Promise<Offset> {
    const { batchBytes, source, topics } = this.#options;
    const to = kafkaPartition(topics, partition);
    let last = BEFORE_FIRST;
    for (const batch of batches(sizedMessages(records, to.index, source), batchBytes)) last = await this.#send(partition, to, batch);
    return last;
  }

  async #send(partition: Partition, to: KafkaPartition, batch: Batch): Promise<Offset> {
    try {
      return await this.#requests.send(to, batch);
    } catch (error) {
      if (isTooLarge(error)) throw new RecordTooLarge(partition, batch.bytes, { cause: error });
      throw kafkaError(`Publishing to ${to.topic}`, error);
    }
  }
}
