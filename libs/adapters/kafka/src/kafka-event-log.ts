import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, fromMessage, logPartition } from '@headwater/event-contracts';
import {
  LogTrimmed,
  offset,
  type Epoch,
  type EventLog,
  type LogEntry,
  type LogPublisher,
  type LogRecord,
  type LogTail,
  type Offset,
  type Partition,
  type ReadLimit,
} from '@headwater/event-sourcing';
import { ForeignEntry, protocolType } from './errors.js';
import type { KafkaConnection } from './kafka-connection.js';
import { LogWriter } from './log-writer.js';
import { Tail } from './tail.js';
import { PageCache, within } from './page-cache.js';
import type { Compression } from './produce-requests.js';
import { kafkaPartition, namesIn, topicNames, type TopicNames } from './topic-names.js';
import { TopicReader, type FetchedEntry } from './topic-reader.js';

export interface KafkaEventLogOptions {
  readonly connection: KafkaConnection;
  readonly prefix: string;
  /** Of the event store that feeds the log. */
  readonly epoch: Epoch;
  readonly bounds?: Partial<KafkaLogBounds>;
  readonly compression?: Compression;
  /** `ce_source` of the messages: names the service, not where it runs. */
  readonly source?: string;
}

/** Bounds, so that memory is bounded by configuration and never by the data (design.md, invariant 7). */
export interface KafkaLogBounds {
  /** Bytes of one published batch: at most the topics' `max.message.bytes`. */
  readonly batchBytes: number;
  /** Bytes that one read of a partition fetches, and one wait for all of them; a batch comes whole, however large it is. */
  readonly pageBytes: number;
  readonly tailBytes: number;
  /** Characters that were fetched and not yet read. */
  readonly cachedCharacters: number;
  /** How long `close` waits for what is under way, in milliseconds. */
  readonly closeMilliseconds: number;
}

export const DEFAULT_LOG_BOUNDS: KafkaLogBounds = {
  batchBytes: 1_000_000,
  pageBytes: 2 * 1024 * 1024,
  tailBytes: 4 * 1024 * 1024,
  cachedCharacters: 16 * 1024 * 1024,
  closeMilliseconds: 5000,
};

export const DEFAULT_SOURCE = '/headwater';

/**
 * The event log on two topics of Kafka (docs/adr/0014-kafka-is-read-by-fetch.md). Nothing is connected before it is needed, so that a service
 * starts, and its writes go on, while Kafka is away.
 *
 * What it throws: KafkaUnavailable (try again), KafkaRefused, PartitionUnknown, RecordTooLarge; of reads LogTrimmed and ForeignEntry, which
 * need a person.
 */
export class KafkaEventLog implements EventLog, LogPublisher, LogTail {
  readonly #epoch: Epoch;
  readonly #topics: TopicNames;
  readonly #bounds: KafkaLogBounds;
  readonly #writer: LogWriter;
  readonly #reader: TopicReader;
  readonly #tail: Tail;
  readonly #pages: PageCache;

  constructor({ connection, prefix, epoch, bounds, compression = 'none', source = DEFAULT_SOURCE }: KafkaEventLogOptions) {
    this.#epoch = epoch;
    this.#bounds = { ...DEFAULT_LOG_BOUNDS, ...bounds };
    this.#topics = topicNames(prefix, epoch);
    this.#pages = new PageCache(this.#bounds.cachedCharacters);
    const names = namesIn(this.#topics);
    this.#reader = new TopicReader(connection, names);
    this.#writer = new LogWriter({
      connection,
      topics: this.#topics,
      batchBytes: this.#bounds.batchBytes,
      compression,
      source,
      leaderOf: (partition) => this.#reader.leaderOf(partition),
    });
    this.#tail = new Tail({
      waiting: new TopicReader(connection, names),
      asking: this.#reader,
      topics: this.#topics,
      pages: this.#pages,
      bounds: this.#bounds,
    });
  }

  async epoch(): Promise<Epoch> {
    return this.#epoch;
  }

  async partitions(): Promise<readonly Partition[]> {
    const counts = await Promise.all(TOPICS.map(async (topic) => ({ topic, count: await this.#reader.partitionsOf(this.#topics[topic]) })));
    return counts
      .flatMap(({ topic, count }) => Array.from({ length: count }, (_, index) => logPartition({ topic, index })))
      .sort((a, b) => a - b);
  }

  /** @throws LogTrimmed where the log begins after the entry that is next; ForeignEntry */
  async read(partition: Partition, after: Offset, limit: ReadLimit): Promise<readonly LogEntry[]> {
    const kept = this.#pages.after(partition, after);
    const page = kept.length > 0 ? kept : await this.#fetch(partition, after);
    const given = within(page, limit);
    // What is not given now is asked for next.
    if (given.length === page.length) this.#pages.drop(partition);
    else if (page !== kept) this.#pages.put(partition, after + 1, page);
    return given.map((entry) => decoded(partition, entry));
  }

  async last(partition: Partition): Promise<Offset> {
    return offset((await this.#reader.offsetOf('next', kafkaPartition(this.#topics, partition))) - 1);
  }

  /** The offset of the first entry that is still there; one after the last where there is none. */
  async first(partition: Partition): Promise<Offset> {
    return offset(await this.#reader.offsetOf('first', kafkaPartition(this.#topics, partition)));
  }

  publish(partition: Partition, records: readonly LogRecord[]): Promise<Offset> {
    return this.#writer.publish(partition, records);
  }

  arrivals(after: ReadonlyMap<Partition, Offset>, milliseconds: number): Promise<readonly Partition[]> {
    return this.#tail.arrivals(after, milliseconds);
  }

  /** Ends what is under way, within the bound. */
  async close(): Promise<void> {
    const closing = Promise.allSettled([this.#writer.close(), this.#reader.close(), this.#tail.close()]);
    await Promise.race([closing, sleep(this.#bounds.closeMilliseconds, undefined, { ref: false })]);
  }

  async #fetch(partition: Partition, after: Offset): Promise<readonly FetchedEntry[]> {
    const from = { ...kafkaPartition(this.#topics, partition), offset: after + 1, maxBytes: this.#bounds.pageBytes };
    try {
      return (await this.#reader.fetch(from)).entries;
    } catch (error) {
      if (protocolType(error) !== 'OFFSET_OUT_OF_RANGE') throw error;
      const first = await this.first(partition);
      if (after + 1 < first) throw new LogTrimmed(partition, offset(after + 1), first);
      // It lies beyond the end, where nothing is yet.
      return [];
    }
  }
}

function decoded(partition: Partition, { offset: at, text }: FetchedEntry): LogEntry {
  try {
    return { partition, offset: offset(at), ...fromMessage(text ?? '') };
  } catch (error) {
    throw new ForeignEntry(partition, offset(at), { cause: error });
  }
}
