import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventId, revision, streamName, type LogRecord } from '@headwater/event-sourcing';
import { MalformedMessage, fromMessage, toMessage } from './event-message.js';

const head = (data: string): string => `{"type":"T","version":1,"instant":"2026-01-01T00:00:00.000Z","data":${data}}`;
const record = (data: string, content?: LogRecord['event']['content']): LogRecord => ({
  stream: streamName('entity/o/p/https://example.org/"é'),
  revision: revision(7),
  event: { id: eventId('7-abc'), head: head(data), ...(content === undefined ? {} : { content }) },
});

/** A JSON text with blanks, escapes and numbers as nobody would write them again. */
const jsonText = fc
  .tuple(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 1, '\t'), fc.constantFrom('', ' ', '\r\n', '\t'))
  .map(([value, indent, blank]) => blank + JSON.stringify(value, undefined, indent).replaceAll('é', '\\u00e9') + blank);

describe('A message', () => {
  it('is one JSON text, whose data ends with the texts of the content', () => {
    const message = toMessage(record('{"a":1}', { source: '{ "n": 1.0 }', expanded: '[]', compacted: '{}' }));
    expect(message).toBe(
      '{"id":"7-abc","stream":"entity/o/p/https://example.org/\\"é","revision":7,"type":"T","version":1,' +
        '"instant":"2026-01-01T00:00:00.000Z","data":{"a":1,"source":{ "n": 1.0 },"expanded":[],"compacted":{}}}',
    );
  });

  it.each([
    ['no content', record('{"a":1}')],
    ['no content and no data', record('{}')],
    ['nothing but content', record('{}', { source: ' 1 ', expanded: '"}"', compacted: '[{"source":",\\"expanded\\":"}]' })],
    ['data that look like content', record('{"source":{"a":1},"expanded":2}')],
    [
      'content within data that look like it',
      record('{"source":1,"expanded":2,"compacted":3}', { source: '4', expanded: '5', compacted: '6' }),
    ],
  ])('with %s gives back what it was made of', (_, given) => expect(fromMessage(toMessage(given))).toEqual(given));

  it('gives back any texts, byte for byte, and is JSON to everybody else', () => {
    fc.assert(
      fc.property(
        fc.record({ source: jsonText, expanded: jsonText, compacted: jsonText }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (content, data) => {
          const given = record(JSON.stringify(data), content);
          const message = toMessage(given);
          expect(fromMessage(message)).toEqual(given);
          const parsed = JSON.parse(message) as { readonly data: Readonly<Record<string, unknown>> };
          expect(parsed.data['source']).toEqual(JSON.parse(content.source));
        },
      ),
    );
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"id":"1-a"}',
    '{"id":"1-a","stream":"s","revision":1}',
    'no JSON',
    '{"id":1,"stream":"s","revision":1,"data":{}}',
  ])('is not %j', (text) => expect(() => fromMessage(text)).toThrow(MalformedMessage));

  it('is not one that was cut off', () => {
    const whole = toMessage(record('{"a":1}', { source: '{"b":2}', expanded: '[]', compacted: '{}' }));
    for (let length = 0; length < whole.length; length += 1) expect(() => fromMessage(whole.slice(0, length))).toThrow(MalformedMessage);
  });
});
