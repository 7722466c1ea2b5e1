import { describe, expect, it } from '@jest/globals';
import { STREAM_NAMES_PER_MESSAGE, fromMessage } from '@headwater/event-contracts';
import { revision, streamName } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT, storedEvent } from '@headwater/event-sourcing/testing';
import { ENVELOPE_BYTES } from './topic-mistakes.js';
import { batches, sizedMessage, sizedMessages } from './record-batches.js';
import { records } from './testing/log-records.js';

const cut = (count: number, maxBytes: number): readonly number[] =>
  [...batches(sizedMessages(records(count, { characters: 1000 }), 0, '/headwater'), maxBytes)].map(({ messages }) => messages.length);

describe('Messages', () => {
  it('have the stream as key, the event as value, and say of what they are made', () => {
    const [record] = records(1);
    if (record === undefined) throw new Error('There is a record.');
    const { message } = sizedMessage(record, 3, '/headwater');
    expect(message.partition).toBe(3);
    expect(String(message.key)).toBe(record.stream);
    expect(fromMessage(String(message.value))).toEqual(record);
    expect(message.headers).toMatchObject({ ce_type: 'headwater.Added.v1', ce_source: '/headwater', ce_subject: record.stream });
  });

  it('are sent together as far as the bytes go, in order, and alone where one needs more', () => {
    expect(cut(5, 1_000_000)).toEqual([5]);
    expect(cut(5, 5000)).toEqual([2, 2, 1]);
    expect(cut(3, 10)).toEqual([1, 1, 1]);
    expect(cut(0, 10)).toEqual([]);
  });

  it('are no larger than their event, the names of its stream and the envelope, which the topics are made for', () => {
    const stream = streamName(`entity/o/p/https://example.org/${'é"'.repeat(20_000)}`);
    const event = { ...storedEvent(1, AWKWARD_CONTENT), head: storedEvent(1).head.replace('{', `{"trace":"${'0'.repeat(55)}",`) };
    const { source, expanded, compacted } = AWKWARD_CONTENT;
    const eventBytes = [event.head, source, expanded, compacted].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const { bytes } = sizedMessage({ stream, revision: revision(1), event }, 0, '/headwater');
    const counted = eventBytes + STREAM_NAMES_PER_MESSAGE * Buffer.byteLength(stream);
    expect(bytes).toBeGreaterThan(counted);
    expect(bytes).toBeLessThan(counted + ENVELOPE_BYTES);
  });

  it('lose nothing by it', () => {
    const given = records(20, { characters: 500 });
    const all = [...batches(sizedMessages(given, 0, '/headwater'), 4000)].flatMap(({ messages, bytes }) => {
      expect(bytes).toBeLessThanOrEqual(4000);
      return messages;
    });
    expect(all.map(({ value }) => fromMessage(String(value)))).toEqual(given);
  });
});
