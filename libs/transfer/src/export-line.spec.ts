import fc from 'fast-check';
import { baseAt, epoch, eventId, pushId, revision, streamName } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT } from '@headwater/event-sourcing/testing';
import { EXPORT_VERSION, MalformedLine, decodeLine, encodeLine, type ExportLine } from './export-line.js';

/** Any text: with control characters, quotes, characters of all lengths, and halves of them. */
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\ud800', '\u2028', '"', '\\', '\n', '\0', 'a') }));
const content = fc.oneof(fc.constant(AWKWARD_CONTENT), fc.record({ source: text, expanded: text, compacted: text }));

const lines: fc.Arbitrary<ExportLine> = fc.oneof(
  fc.record({
    type: fc.constant('commit'),
    commit: fc.record({
      stream: text.map(streamName),
      base: fc.maxSafeNat().map((base) => baseAt(revision(base))),
      events: fc.array(fc.record({ id: text.map(eventId), head: text, content }, { requiredKeys: ['id', 'head'] }), { minLength: 1 }),
      after: text,
    }),
  }),
  fc.record({
    type: fc.constant('receipt'),
    receipt: fc.record({
      push: text.map(pushId),
      written: fc.array(fc.record({ stream: text.map(streamName), revision: fc.maxSafeNat().map(revision) })),
    }),
  }),
  fc.record({
    type: fc.constant('end'),
    trailer: fc.record({ receipts: fc.nat(), commits: fc.nat(), events: fc.nat(), sha256: fc.string() }),
  }),
);

describe('A line of an export', () => {
  it('is read as it was written, and is one line of whole characters', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const encoded = encodeLine(line);
        expect(encoded).not.toContain('\n');
        expect(Buffer.from(encoded, 'utf8').toString('utf8')).toBe(encoded);
        expect(decodeLine(encoded)).toEqual(line);
      }),
    );
  });

  it('carries the secrets of tokens', () => {
    const header = {
      version: EXPORT_VERSION,
      created: '2026-01-01T00:00:00.000Z',
      epoch: epoch('0123456789abcdef'),
      partitionHash: 'a-hash',
      tokenKeys: [{ id: 'k1', secret: Buffer.from([0, 255, 62, 63]) }],
    };
    expect(encodeLine({ type: 'header', header })).toBe(
      '{"type":"header","format":"headwater-export","version":1,"created":"2026-01-01T00:00:00.000Z","epoch":"0123456789abcdef",' +
        '"partitionHash":"a-hash","tokenKeys":[{"id":"k1","secret":"AP8-Pw"}]}',
    );
    expect(decodeLine(encodeLine({ type: 'header', header }))).toEqual({ type: 'header', header });
  });

  it('is the same for the same commit, however its content is put together', () => {
    const { source, expanded, compacted } = AWKWARD_CONTENT;
    const lineOf = (content: typeof AWKWARD_CONTENT): string =>
      encodeLine({
        type: 'commit',
        commit: { stream: streamName('s'), base: baseAt(0), events: [{ id: eventId('1-a'), head: '{}', content }], after: '{}' },
      });
    expect(lineOf({ compacted, expanded, source })).toBe(lineOf({ source, expanded, compacted }));
  });

  it('of a later version says which, whatever else it says', () => {
    expect(decodeLine('{"type":"header","format":"headwater-export","version":2,"other":[]}')).toMatchObject({ header: { version: 2 } });
  });

  it.each([
    ['no JSON', '{"type":'],
    ['no object', '["commit"]'],
    ['of another kind', '{"type":"event"}'],
    ['of another format', '{"type":"header","format":"tar","version":1}'],
    ['a commit without an event', '{"type":"commit","stream":"s","base":0,"events":[],"after":"{}"}'],
    ['a commit with a base that is no count', '{"type":"commit","stream":"s","base":-1,"events":[{"id":"1-a","head":"{}"}],"after":"{}"}'],
    [
      'a commit with half a content',
      '{"type":"commit","stream":"s","base":0,"events":[{"id":"1-a","head":"{}","source":"{}"}],"after":"{}"}',
    ],
    ['a receipt without revisions', '{"type":"receipt","push":"p","written":[["s"]]}'],
    ['an end without a digest', '{"type":"end","receipts":0,"commits":0,"events":0}'],
  ])('is not: %s', (_, line) => expect(() => decodeLine(line)).toThrow(MalformedLine));
});
