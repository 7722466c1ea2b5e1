import { caught } from '../testing/command-side.js';
import { idempotencyKeyIn } from './idempotency.js';

const key = (value: string) => idempotencyKeyIn({ 'idempotency-key': value });

describe('An Idempotency-Key', () => {
  it('is any visible ASCII text of up to 255 characters', () => {
    expect(idempotencyKeyIn({})).toBeUndefined();
    expect(key('8e03978e-40d5-43dd-bc93-6894a57f9324')).toBe('8e03978e-40d5-43dd-bc93-6894a57f9324');
    expect(key('"quoted"')).toBe('"quoted"');
    expect(key('k'.repeat(255))).toHaveLength(255);
  });

  it.each([[''], ['two words'], ['k'.repeat(256)], ['schlüssel'], ['a\tb']])('is not %j', (value) => {
    expect(caught(() => key(value))).toMatchObject({ code: 'MalformedHeaderRejection' });
  });
});
