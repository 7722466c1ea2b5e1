import { describe, expect, it } from '@jest/globals';
import { piecesOf } from './pieces.js';

const pieces = (sizes: readonly number[], items: number, size: number): readonly (readonly number[])[] =>
  piecesOf(sizes, { items, size }, (one) => one);

describe('Pieces', () => {
  it('hold so many items, in order', () => expect(pieces([1, 2, 3, 4, 5], 2, 100)).toEqual([[1, 2], [3, 4], [5]]));
  it('are no larger than their bound, unless one item is', () => expect(pieces([3, 3, 9, 1, 2], 10, 6)).toEqual([[3, 3], [9], [1, 2]]));
  it('of nothing are none', () => expect(pieces([], 1, 1)).toEqual([]));
});
