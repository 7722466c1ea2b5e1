import kafkajs, { type Message, type Producer } from 'kafkajs';
import { BEFORE_FIRST, offset, type LogPublisher, type LogRecord, type Offset, type Partition } from '@headwater/event-sourcing';
import { KafkaUnavailable, PartitionUnknown, RecordTooLarge, kafkaError, protocolType } from './errors.js';
import { DEFAULT_REQUEST_MILLISECONDS, METADATA_MILLISECONDS, clientOf, type KafkaConnection } from './kafka-connection.js';
import { batches, sizedMessages, type Batch } from './record-batches.js';
import { kafkaPartition, type KafkaPartition, type TopicNames } from './topic-names.js';

export type Compression = 'none' | 'gzip';

export interface LogWriterOptions {
  readonly connection: KafkaConnection;
  readonly topics: TopicNames;
  /** Bytes of one batch; what one call publishes is cut into consecutive batches. At most what the topics take as `max.message.bytes`. */
  readonly batchBytes: number;
  readonly compression: Compression;
  /** `ce_source` of the messages. */
  readonly source: string;
}

const ALL_IN_SYNC_REPLICAS = -1;

/**
 * Publishes records with a plain producer: acknowledged by all replicas, one send in flight per partition (docs/adr/0005-a-plain-kafka-producer.md).
 *
 * Each send is tried once. Whether a rejected one was stored is unknown, and who publishes repeats it: it can then never stand behind a later
 * one of ours. A call takes, for each batch, at most the time of a request and of connecting anew.
 */
export class LogWriter implements LogPublisher {
  readonly #options: LogWriterOptions;
  readonly #producer: Producer;
  readonly #sends = new Map<Partition, Promise<unknown>>();
  #connected: Promise<void> | undefined;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#producer = clientOf(options.connection).producer({
      idempotent: false,
      retry: { retries: 0 },
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MILLISECONDS,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
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

  async close(): Promise<void> {
    if (this.#connected !== undefined) await this.#producer.disconnect();
  }

  async #publish(partition: Partition, records: readonly LogRecord[]): Promise<Offset> {
    const { batchBytes, source, topics } = this.#options;
    const to = kafkaPartition(topics, partition);
    let last = BEFORE_FIRST;
    for (const batch of batches(sizedMessages(records, to.index, source), batchBytes)) last = await this.#send(partition, to, batch);
    return last;
  }

  async #send(partition: Partition, to: KafkaPartition, { messages, bytes }: Batch): Promise<Offset> {
    try {
      await this.#connect();
      return await this.#sendOnce(to, messages);
    } catch (error) {
      const type = protocolType(error);
      if (type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE') throw new RecordTooLarge(partition, bytes, { cause: error });
      throw kafkaError(`Publishing to ${to.topic}`, error);
    }
  }

  async #sendOnce({ topic, index }: KafkaPartition, messages: readonly Message[]): Promise<Offset> {
    const { compression, connection } = this.#options;
    const answers = await this.#producer.send({
      topic,
      messages: [...messages],
      acks: ALL_IN_SYNC_REPLICAS,
      timeout: connection.requestMilliseconds ?? DEFAULT_REQUEST_MILLISECONDS,
      compression: compression === 'gzip' ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None,
    });
    // The client leaves messages out, without a word, whose partition it does not know yet.
    const answer = answers.find((one) => one.topicName === topic && one.partition === index);
    if (answer === undefined) throw new PartitionUnknown(topic, index);
    const base = Number(answer.baseOffset);
    if (!Number.isSafeInteger(base) || base < 0) throw new KafkaUnavailable(`Publishing to ${topic}`, 'the answer names no offset');
    return offset(base + messages.length - 1);
  }

  #connect(): Promise<void> {
    this.#connected ??= this.#producer.connect().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    return this.#connected;
  }
}
