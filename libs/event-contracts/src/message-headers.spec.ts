import { describe, expect, it } from '@jest/globals';
import { eventId, revision, streamName, type LogRecord } from '@headwater/event-sourcing';
import { cloudEventId, messageHeaders, schemaId } from './message-headers.js';

const record = (extra: object = {}): LogRecord => ({
  stream: streamName('entity/farm/herd/https://data.example.org/é'),
  revision: revision(7),
  event: {
    id: eventId('7-abc'),
    head: JSON.stringify({ type: 'ResourceUpdated', version: 2, instant: '2026-11-22T08:02:00.000Z', ...extra, data: {} }),
    content: { source: '{"secret":1}', expanded: '[]', compacted: '{}' },
  },
});

describe('The headers of a message', () => {
  it('are a CloudEvent in binary mode', () => {
    expect(messageHeaders(record(), '/headwater')).toEqual({
      ce_specversion: '1.0',
      ce_id: 'entity/farm/herd/https://data.example.org/é@7-abc',
      ce_source: '/headwater',
      ce_type: 'headwater.ResourceUpdated.v2',
      ce_subject: 'entity/farm/herd/https://data.example.org/é',
      ce_time: '2026-11-22T08:02:00.000Z',
      ce_dataschema: schemaId('ResourceUpdated', 2),
      'content-type': 'application/json',
    });
  });

  it('carry the trace of the request, where the event has one', () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(messageHeaders(record({ trace }), '/headwater').traceparent).toBe(trace);
  });

  it('name an event by its stream too: ids of events are unique within one', () => {
    const there = { ...record(), stream: streamName('entity/farm/herd/https://data.example.org/f') };
    expect(cloudEventId(record())).not.toBe(cloudEventId(there));
    expect(cloudEventId(record())).toBe(cloudEventId(record({ trace: 'another' })));
  });
});
