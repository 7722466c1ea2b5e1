import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epoch, eventId, offset, partition, pushId, revision, streamName } from './brand.js';
import {
  markOf,
  movedTo,
  offsetIn,
  openFeedPosition,
  openWritePosition,
  sealFeedPosition,
  sealWritePosition,
  startOf,
  type FeedPosition,
  type WritePosition,
} from './position.js';
import { SealedTokens, TokenRefused } from './sealed-token.js';

const tokens = new SealedTokens([{ id: 'k1', secret: new Uint8Array(32).fill(7) }]);
const EPOCH = epoch('0123456789abcdef');

describe('A feed position', () => {
  const at = (...places: readonly (readonly [number, number])[]): FeedPosition =>
    places.reduce(
      (position, [of, place]) => movedTo(position, partition(of), offset(place), eventId(`${String(place)}-id`)),
      startOf(EPOCH),
    );

  it('lies before everything at the start', () => {
    expect(offsetIn(startOf(EPOCH), partition(3))).toBe(-1);
    expect(offsetIn(at([3, 0]), partition(3))).toBe(0);
  });

  it('moves in one partition, and leaves the one it came from alone', () => {
    const before = at([0, 5], [1, 7]);
    const after = movedTo(before, partition(1), offset(8), eventId('8-x'));
    expect([offsetIn(before, partition(1)), offsetIn(after, partition(1)), offsetIn(after, partition(0))]).toEqual([7, 8, 5]);
    expect(after.partitions.get(partition(1))?.mark).toBe(markOf(eventId('8-x')));
  });

  it('is sealed and opened again, whatever it holds', () => {
    const places = fc.uniqueArray(fc.tuple(fc.nat(500), fc.nat({ max: Number.MAX_SAFE_INTEGER })), {
      selector: ([of]) => of,
      maxLength: 12,
    });
    fc.assert(
      fc.property(places, (all) => {
        const position = at(...all);
        expect(openFeedPosition(tokens, 'changes', 'b', sealFeedPosition(tokens, 'changes', 'b', position))).toEqual(position);
      }),
    );
  });

  it('has one token, in whatever order its partitions were reached', () =>
    expect(sealFeedPosition(tokens, 'sse', '', at([1, 4], [0, 2]))).toBe(sealFeedPosition(tokens, 'sse', '', at([0, 2], [1, 4]))));

  it('stays short enough for a URL with a dozen partitions', () => {
    const places = Array.from({ length: 12 }, (_, of) => [of, 10_000_000_000 + of] as const);
    expect(sealFeedPosition(tokens, 'changes', 'b', at(...places)).length).toBeLessThan(400);
  });

  it('of another purpose, or none of ours, is refused', () => {
    const token = sealFeedPosition(tokens, 'sse', '', at([0, 2]));
    expect(() => openFeedPosition(tokens, 'changes', '', token)).toThrow(TokenRefused);
    expect(() => openFeedPosition(tokens, 'sse', '', `${token.slice(0, -2)}AA`)).toThrow(TokenRefused);
    expect(() => openFeedPosition(tokens, 'sse', '', tokens.seal('sse', '', `${EPOCH},1.2`))).toThrow(TokenRefused);
  });

  it('has marks that tell events apart', () => {
    const marks = new Set(Array.from({ length: 1000 }, (_, index) => markOf(eventId(`${String(index)}-x`))));
    expect(marks.size).toBe(1000);
    expect(markOf(eventId('1-abc'))).toMatch(/^[\w-]{6}$/);
  });
});

describe('A write position', () => {
  it.each<WritePosition>([
    { kind: 'revision', stream: streamName('entity/o/p/https://example.org/a,b;c=1?x=é\u{1f600}'), revision: revision(12) },
    { kind: 'push', push: pushId('push-1,2') },
    { kind: 'nothing' },
  ])('%j is sealed and opened again', (position) =>
    expect(openWritePosition(tokens, sealWritePosition(tokens, position))).toEqual(position),
  );

  it('is no feed position, and the other way round', () => {
    expect(() => openWritePosition(tokens, sealFeedPosition(tokens, 'sse', '', startOf(EPOCH)))).toThrow(TokenRefused);
    expect(() => openFeedPosition(tokens, 'sse', '', sealWritePosition(tokens, { kind: 'nothing' }))).toThrow(TokenRefused);
  });
});
