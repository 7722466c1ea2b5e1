import type { Message } from 'kafkajs';
import { messageHeaders, toMessage } from '@headwater/event-contracts';
import type { LogRecord } from '@headwater/event-sourcing';

/** A message with the bytes that it takes in a batch, at most. */
export interface SizedMessage {
  readonly message: Message;
  readonly bytes: number;
}

/** What a batch takes beside its messages; one message beside its texts, and one header beside its own: lengths and counts as varints. */
const BATCH_BYTES = 64;
const MESSAGE_BYTES = 32;
const HEADER_BYTES = 8;

/** The messages of records, each made when it is asked for. */
export function* sizedMessages(records: readonly LogRecord[], index: number, source: string): Generator<SizedMessage> {
  for (const record of records) yield sizedMessage(record, index, source);
}

/** The message of a record for partition `index` of its topic. */
export function sizedMessage(record: LogRecord, index: number, source: string): SizedMessage {
  const key = Buffer.from(record.stream);
  const value = Buffer.from(toMessage(record));
  const headers = { ...messageHeaders(record, source) };
  const headerBytes = Object.entries(headers).reduce((sum, [name, text]) => sum + HEADER_BYTES + name.length + Buffer.byteLength(text), 0);
  return { message: { partition: index, key, value, headers }, bytes: MESSAGE_BYTES + key.length + value.length + headerBytes };
}

export interface Batch {
  readonly messages: readonly Message[];
  readonly bytes: number;
}

/** Cuts messages into batches of at most so many bytes, in their order. A message that is larger alone is a batch alone: the broker decides. */
export function* batches(messages: Iterable<SizedMessage>, maxBytes: number): Generator<Batch> {
  let batch: Message[] = [];
  let bytes = BATCH_BYTES;
  for (const { message, bytes: size } of messages) {
    if (batch.length > 0 && bytes + size > maxBytes) {
      yield { messages: batch, bytes };
      batch = [];
      bytes = BATCH_BYTES;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield { messages: batch, bytes };
}
