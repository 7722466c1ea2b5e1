import { describe, expect, it } from '@jest/globals';
import { fromMessage } from '@headwater/event-contracts';
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

  it('lose nothing by it', () => {
    const given = records(20, { characters: 500 });
    const all = [...batches(sizedMessages(given, 0, '/headwater'), 4000)].flatMap(({ messages, bytes }) => {
      expect(bytes).toBeLessThanOrEqual(4000);
      return messages;
    });
    expect(all.map(({ value }) => fromMessage(String(value)))).toEqual(given);
  });
});
