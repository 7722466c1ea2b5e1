import { describe, expect, it } from '@jest/globals';
import { AWKWARD_CONTENT } from '@headwater/event-sourcing/testing';
import { packed, unpacked } from './packed-texts.js';

describe('Packed texts', () => {
  it.each([[[]], [['']], [['', 'a', '']], [Object.values(AWKWARD_CONTENT)], [['é\u{1f600}\u2028\u0000', 'x'.repeat(100_000)]]])(
    'come back byte for byte',
    (texts: readonly string[]) => {
      expect(unpacked(packed(texts))).toEqual(texts);
    },
  );

  it('are small where they repeat one another', () => {
    const text = JSON.stringify(AWKWARD_CONTENT);
    expect(packed([text, text, text]).length()).toBeLessThan(packed([text]).length() + 20);
  });
});
