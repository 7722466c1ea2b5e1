import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalHash, canonicalJson, type CanonicalOptions } from './canonical-json.js';
import { parseJsonSource } from './json-source.js';
import type { JsonValue } from './json-value.js';

const hash = (text: string, options?: CanonicalOptions): string => canonicalHash(parseJsonSource(text), options);
const ignoreModified = { ignore: [['meta', 'modified']] };

/** The same value with the members of all objects in another order. */
function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, shuffled(item)]),
  );
}

describe('A content hash', () => {
  it('is the same for every order of members and all blanks', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(hash(JSON.stringify(shuffled(value as JsonValue), null, 2))).toBe(hash(JSON.stringify(value)));
      }),
    );
  });

  it('differs where the value does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const same = canonicalJson(parseJsonSource(JSON.stringify(one))) === canonicalJson(parseJsonSource(JSON.stringify(other)));
        expect(hash(JSON.stringify(one)) === hash(JSON.stringify(other))).toBe(same);
      }),
    );
  });

  it('has 256 bits in base64url', () => expect(hash('{}')).toMatch(/^[A-Za-z0-9_-]{43}$/));

  it('tells the order of arrays', () => expect(hash('[1,2]')).not.toBe(hash('[2,1]')));

  it('takes numbers by value', () => {
    expect(hash('{"a":1.0,"b":1e2}')).toBe(hash('{"b":100,"a":1}'));
    expect(hash('[12345678901234567890]')).not.toBe(hash('[12345678901234567891]'));
    expect(hash('[12345678901234567890]')).toBe(hash('[1234567890123456789.0e1]'));
    expect(hash('[12345678901234567890]')).not.toBe(hash('["12345678901234567890"]'));
    expect(hash('[12345678901234567890,"#0#1"]')).not.toBe(hash('[12345678901234567890,1]'));
    expect(hash('[12345678901234567890,"\\u00230#1"]')).not.toBe(hash('[12345678901234567890,1]'));
  });

  it('counts the last of duplicate members', () => expect(hash('{"a":1,"a":2}')).toBe(hash('{"a":2}')));

  it('counts __proto__ as data', () => {
    expect(hash('{"__proto__":1}')).not.toBe(hash('{}'));
    expect(hash('{"__proto__":1}')).not.toBe(hash('{"__proto__":2}'));
  });

  it('leaves out what is ignored', () => {
    expect(hash('{"a":1,"meta":{"sourceId":"x","modified":"2026"}}', ignoreModified)).toBe(
      hash('{"meta":{"sourceId":"x"},"a":1}', ignoreModified),
    );
    expect(hash('{"a":1,"meta":{"modified":"2026"}}', ignoreModified)).toBe(hash('{"a":1}', ignoreModified));
    expect(hash('{"a":1,"meta":{}}', ignoreModified)).not.toBe(hash('{"a":1}', ignoreModified));
    expect(hash('{"modified":1}', ignoreModified)).not.toBe(hash('{}', ignoreModified));
    expect(hash('{"x":{"meta":{"modified":1}}}', ignoreModified)).not.toBe(hash('{"x":{"meta":{}}}', ignoreModified));
    expect(hash('[{"meta":{"modified":1}}]', ignoreModified)).not.toBe(hash('[{}]', ignoreModified));
    expect(hash('{"meta":{"modified":12345678901234567890}}', ignoreModified)).toBe(hash('{}', ignoreModified));
  });
});
