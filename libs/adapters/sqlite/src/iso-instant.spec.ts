import fc from 'fast-check';
import { isoInstant } from './iso-instant.js';

describe('An instant', () => {
  it('is written as Date writes it', () => {
    const days = fc.constantFrom(0, 1, 19_000, 20_454, 20_455, -1, -25_567);
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 86_399_999 }), (day, inDay) => {
        const instant = day * 86_400_000 + inDay;
        expect(isoInstant(instant)).toBe(new Date(instant).toISOString());
      }),
    );
  });
});
