import { setImmediate as endOfTurn } from 'node:timers/promises';
import kafkajs, { type Producer, type RecordMetadata } from 'kafkajs';
import { offset, type Offset } from '@headwater/event-sourcing';
import { KafkaUnavailable, PartitionUnknown, protocolType } from './errors.js';
import { DEFAULT_REQUEST_MILLISECONDS, METADATA_MILLISECONDS, clientOf, type KafkaConnection } from './kafka-connection.js';
import type { Batch } from './record-batches.js';
import type { KafkaPartition } from './topic-names.js';

export type Compression = 'none' | 'gzip';

export interface ProduceRequestsOptions {
  readonly connection: KafkaConnection;
  readonly compression: Compression;
  /**
   * The broker that leads a partition, as far as is known. The client sends each batch to the leader that it knows of itself: where this one
   * was wrong, batches that share a request wait for each other's brokers, and nothing else.
   */
  readonly leaderOf: (partition: KafkaPartition) => Promise<string>;
}

/**
 * Bytes of the batches that share a request; a larger batch has one for itself. Their partitions wait for the whole of it, and it lies in memory
 * several times while it is made. Brokers take far more (`socket.request.max.bytes`, 100 MiB).
 */
const REQUEST_BYTES = 8 * 1024 * 1024;

const ALL_IN_SYNC_REPLICAS = -1;

interface Addressed {
  readonly to: KafkaPartition;
  readonly batch: Batch;
}

interface Request {
  /** More may join it until it is sent. */
  readonly batches: Addressed[];
  readonly answers: Promise<readonly RecordMetadata[]>;
}

/**
 * Sends batches to their partitions, those of one turn of the event loop in one request per broker: where each partition has few events, most of
 * what they cost the broker, and us, is the request. A broker that hangs holds only its own partitions up, as no request waits for another's answer.
 *
 * Whoever sends keeps to one batch in flight per partition.
 */
export class ProduceRequests {
  readonly #options: ProduceRequestsOptions;
  readonly #producer: Producer;
  /** By broker, the request that batches may still join. */
  readonly #gathering = new Map<string, Request>();
  #connected: Promise<void> | undefined;
  #closed = false;

  constructor(options: ProduceRequestsOptions) {
    this.#options = options;
    this.#producer = clientOf(options.connection).producer({
      idempotent: false,
      retry: { retries: 0 },
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MILLISECONDS,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
  }

  /** @returns the offset of the last message. @throws PartitionUnknown, KafkaUnavailable, and what the client throws. */
  async send(to: KafkaPartition, batch: Batch): Promise<Offset> {
    const request = this.#join(await this.#options.leaderOf(to), { to, batch });
    return lastOffset(await this.#answers(request, { to, batch }), to, batch);
  }

  /** Nothing is sent any more; what is in flight is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#connected !== undefined) await this.#producer.disconnect();
  }

  async #answers({ answers, batches }: Request, own: Addressed): Promise<readonly RecordMetadata[]> {
    try {
      return await answers;
    } catch (error) {
      if (batches.length === 1 || protocolType(error) === undefined) throw error;
      // The broker refused one of them, and the client does not say which. By itself each is told; that the others' are stored twice is for
      // readers to drop.
      return this.#produce([own]);
    }
  }

  #join(leader: string, own: Addressed): Request {
    const open = this.#gathering.get(leader);
    if (open !== undefined && bytesOf([...open.batches, own]) <= REQUEST_BYTES) {
      open.batches.push(own);
      return open;
    }
    const batches = [own];
    const answers = endOfTurn().then(() => {
      if (this.#gathering.get(leader) === request) this.#gathering.delete(leader);
      return this.#produce(batches);
    });
    const request: Request = { batches, answers };
    this.#gathering.set(leader, request);
    return request;
  }

  /** One try. */
  async #produce(batches: readonly Addressed[]): Promise<readonly RecordMetadata[]> {
    const { compression, connection } = this.#options;
    await this.#connect();
    return this.#producer.sendBatch({
      topicMessages: batches.map(({ to: { topic }, batch: { messages } }) => ({ topic, messages: [...messages] })),
      acks: ALL_IN_SYNC_REPLICAS,
      timeout: connection.requestMilliseconds ?? DEFAULT_REQUEST_MILLISECONDS,
      compression: compression === 'gzip' ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None,
    });
  }

  async #connect(): Promise<void> {
    // The client would connect again.
    if (this.#closed) throw new KafkaUnavailable('Publishing to the log', 'it was closed');
    this.#connected ??= this.#producer.connect().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    await this.#connected;
  }
}

const bytesOf = (batches: readonly Addressed[]): number => batches.reduce((sum, { batch }) => sum + batch.bytes, 0);

function lastOffset(answers: readonly RecordMetadata[], { topic, index }: KafkaPartition, { messages }: Batch): Offset {
  // The client leaves messages out, without a word, whose partition it does not know yet.
  const answer = answers.find((one) => one.topicName === topic && one.partition === index);
  if (answer === undefined) throw new PartitionUnknown(topic, index);
  const base = Number(answer.baseOffset);
  if (!Number.isSafeInteger(base) || base < 0) throw new KafkaUnavailable(`Publishing to ${topic}`, 'the answer names no offset');
  return offset(base + messages.length - 1);
}
