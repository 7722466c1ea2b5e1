import fc from 'fast-check';
import { parseJsonSource } from '@headwater/linked-data';
import { sameButForModified } from '@headwater/resources';
import { contentHash } from './content-hash.js';

const hash = (text: string): string => contentHash(parseJsonSource(text));
const same = (a: string, b: string): boolean => sameButForModified(hash(a), hash(b));

/** The value's JSON with the members of every object in another order. */
function reversed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(reversed).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).reverse();
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${reversed(member)}`).join(',')}}`;
}

describe('The hash of a content', () => {
  it('ignores the order of members, at every level', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => hash(JSON.stringify(value)) === hash(reversed(value))));
  });

  it('differs with any other change', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (value, key, other) => {
        const changed = Object.fromEntries([...Object.entries(value), [key, other]]);
        const [a, b] = [JSON.stringify(value), JSON.stringify(changed)];
        return hash(a) === hash(b) ? JSON.stringify(JSON.parse(reversed(value))) === JSON.stringify(JSON.parse(reversed(changed))) : true;
      }),
    );
    expect(hash('{"a":1}')).not.toBe(hash('{"a":2}'));
    expect(hash('{"a":[1,2]}')).not.toBe(hash('{"a":[2,1]}'));
    expect(hash('{"a":null}')).not.toBe(hash('{}'));
    expect(hash('{"a":"1"}')).not.toBe(hash('{"a":1}'));
  });

  it('keeps meta.modified apart', () => {
    const a = '{"id":"x","meta":{"modified":"2026-01-01T00:00:00Z","source":"s"}}';
    const b = '{"meta":{"source":"s","modified":"2026-02-02T00:00:00Z"},"id":"x"}';
    const without = '{"id":"x","meta":{"source":"s"}}';
    expect(hash(a)).not.toBe(hash(b));
    expect(same(a, b)).toBe(true);
    expect(same(a, without)).toBe(true);
    expect(hash(without)).not.toContain('.');
    expect(same('{"id":"x","meta":{"modified":"2026-01-01T00:00:00Z"}}', '{"id":"x"}')).toBe(true);
    expect(same('{"meta":{"source":"s"}}', '{"meta":{"source":"t"}}')).toBe(false);
    expect(same('{"inner":{"meta":{"modified":1}}}', '{"inner":{"meta":{"modified":2}}}')).toBe(false);
  });

  it('tells numbers apart that are one double', () => {
    expect(hash('{"a":12345678901234567890}')).not.toBe(hash('{"a":12345678901234567891}'));
    expect(hash('{"a":1.0}')).toBe(hash('{"a":1}'));
  });
});
