import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TokenKey } from './event-store.js';
import { SealedTokens, TokenRefused, type TokenFault } from './sealed-token.js';

const key = (id: string, byte: number): TokenKey => ({ id, secret: new Uint8Array(32).fill(byte) });
const tokens = new SealedTokens([key('k1', 1)]);
const faultOf = (open: () => unknown): TokenFault | 'none' => {
  try {
    open();
    return 'none';
  } catch (error) {
    if (error instanceof TokenRefused) return error.fault;
    throw error;
  }
};

describe('A sealed token', () => {
  it('holds any payload, for its purpose and binding', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (purpose, binding, payload) => {
        expect(tokens.open(purpose, binding, tokens.seal(purpose, binding, payload))).toBe(payload);
      }),
    );
  });

  it('goes into a URL and a header as it is', () => expect(tokens.seal('p', 'b', 'ü=?&/')).toMatch(/^[\w-]+$/));

  it('is the same for the same', () => expect(tokens.seal('p', 'b', 'x')).toBe(tokens.seal('p', 'b', 'x')));

  it('is refused for another purpose', () => expect(faultOf(() => tokens.open('q', 'b', tokens.seal('p', 'b', 'x')))).toBe('foreign'));

  it.each([
    ['b', 'c'],
    ['b', ''],
    ['', 'b'],
  ])('is refused for another binding: of %j for %j', (sealed, opened) =>
    expect(faultOf(() => tokens.open('p', opened, tokens.seal('p', sealed, 'x')))).toBe('other binding'),
  );

  it('is refused where another service issued it, or one that has lost its key', () => {
    const token = tokens.seal('p', 'b', 'x');
    expect(faultOf(() => new SealedTokens([key('k2', 1)]).open('p', 'b', token))).toBe('foreign');
    expect(faultOf(() => new SealedTokens([key('k1', 2)]).open('p', 'b', token))).toBe('foreign');
  });

  it('is opened with an old key, and sealed with the current one', () => {
    const rotated = new SealedTokens([key('k2', 2), key('k1', 1)]);
    expect(rotated.open('p', 'b', tokens.seal('p', 'b', 'x'))).toBe('x');
    expect(faultOf(() => tokens.open('p', 'b', rotated.seal('p', 'b', 'x')))).toBe('foreign');
  });

  it('is refused with any one character changed, left out or added', () => {
    const token = tokens.seal('p', 'b', 'a payload');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const forged = Array.from(token).flatMap((_, at) => [
      token.slice(0, at) + token.slice(at + 1),
      ...Array.from(alphabet, (other) => token.slice(0, at) + other + token.slice(at + 1)),
    ]);
    const accepted = forged.filter((one) => one !== token && faultOf(() => tokens.open('p', 'b', one)) === 'none');
    expect(accepted).toEqual([]);
    expect(faultOf(() => tokens.open('p', 'b', `${token}A`))).not.toBe('none');
  });

  it.each(['', ' ', 'A', 'not a token!', '=', '%', '\u{1f600}', 'AAAAAAAAAAAAAAAA', 'A'.repeat(5000), '__proto__'])('is not %j', (text) =>
    expect(faultOf(() => tokens.open('p', 'b', text))).not.toBe('none'),
  );

  it('is accepted padded, in the standard alphabet, and with + that became a blank', () => {
    // This payload's token has both characters in which the alphabets differ.
    const payload =
      Array.from({ length: 200 }, (_, index) => `payload ${String(index)}`).find((text) => /-.*_|_.*-/.test(tokens.seal('p', 'b', text))) ??
      '';
    const token = tokens.seal('p', 'b', payload);
    const standard = token.replaceAll('-', '+').replaceAll('_', '/');
    for (const sloppy of [standard, `${standard}==`, standard.replaceAll('+', ' '), `${token}=`]) {
      expect(tokens.open('p', 'b', sloppy)).toBe(payload);
    }
  });

  it('keeps memory bounded, whatever the number of bindings (invariant 7)', () => {
    const first = tokens.seal('p', 'binding 0', 'x');
    for (let count = 1; count < 3000; count += 1) tokens.seal('p', `binding ${String(count)}`, 'x');
    expect(tokens.open('p', 'binding 0', first)).toBe('x');
  });

  it('is made with keys whose ids it can hold', () => expect(() => new SealedTokens([key('a.b', 1)])).toThrow('letters'));
});
