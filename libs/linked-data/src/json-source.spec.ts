import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MalformedJson, normalDecimal, parseJsonSource, readJsonSource } from './json-source.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const failure = (action: () => unknown): MalformedJson => {
  try {
    action();
  } catch (error) {
    if (error instanceof MalformedJson) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('A JSON source', () => {
  it('keeps the text and gives the value', () => {
    const text = ' {"b": 1.0, "a": [1e2, "é"]}\n';
    expect(readJsonSource(bytes(text))).toEqual({ text, value: { b: 1, a: [100, 'é'] }, inexact: [] });
  });

  it('takes a byte order mark off', () => expect(readJsonSource(bytes('\ufeff{}')).text).toBe('{}'));

  it('gives the last of duplicate members, and keeps all in the text', () => {
    const source = parseJsonSource('{"name":"a","name":"b"}');
    expect(source.value).toEqual({ name: 'b' });
    expect(source.text).toBe('{"name":"a","name":"b"}');
  });

  it('takes __proto__ and constructor as data', () => {
    const { value } = parseJsonSource('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes huge keys', () => {
    const key = 'k'.repeat(200_000);
    expect(Object.keys(parseJsonSource(`{"${key}":1}`).value as object)).toEqual([key]);
  });

  it.each([
    ['', 'Empty'],
    ['  \n', 'Empty'],
  ])('refuses %j as %s', (text, code) => expect(failure(() => parseJsonSource(text)).code).toBe(code));

  it.each([
    ['{"a": 1, ', 9, 'a member name in double quotes, found the end of the text at line 1, column 10'],
    ['not json', 0, "a value, found 'n'"],
    ['{"a": tru}', 6, "a value, found 't'"],
    ['{"a" 1}', 5, "':', found '1'"],
    ['[1 2]', 3, "',' or ']', found '2'"],
    ['{"a":1 "b":2}', 7, "',' or '}', found '\"'"],
    ['{"a":1,\n"b":}', 12, "a value, found '}' at line 2, column 5"],
    ['[1,]', 3, "a value, found ']'"],
    ['{,}', 1, 'a member name'],
    ['{}x', 2, "nothing more, found 'x'"],
    ['"abc', 0, 'a string that ends'],
    ['"a\nb"', 0, 'a string that ends'],
    ['[01]', 2, "',' or ']'"],
    ["{'a':1}", 1, 'a member name'],
    ['[', 1, 'a value, found the end'],
  ])('says where %j is wrong', (text, position, words) => {
    const error = failure(() => parseJsonSource(text));
    expect(error).toMatchObject({ code: 'Syntax', position });
    expect(error.message).toContain(words);
  });

  it('finds the fault of whatever JSON.parse refuses', () => {
    const alphabet = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '"a"', '1', '-', '0', '.', 'e', 'true', 'nul', ' ', '\\', '\n');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (valid) expect(parseJsonSource(text).text).toBe(text);
        else expect(['Syntax', 'Empty']).toContain(failure(() => parseJsonSource(text)).code);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [[0x7b, 0xff, 0x7d], 1],
    [[0x22, 0xc3, 0x28, 0x22], 1],
    [[0x22, 0xe2, 0x82], 1],
    [[0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    [[0x22, 0x61, 0x80, 0x22], 2],
  ])('refuses bytes that are not UTF-8: %j', (raw, position) => {
    const error = failure(() => readJsonSource(Uint8Array.from(raw)));
    expect(error.code).toBe('InvalidUtf8');
    expect(error.position).toBeGreaterThanOrEqual(position);
  });

  it.each(['[', '{"a":', '[{"a":'])('refuses 10,000 levels of %s', (open) => {
    const error = failure(() => parseJsonSource(open.repeat(10_000)));
    expect(error.code).toBe('TooDeep');
    expect(error.message).toContain('100 levels');
  });

  it('takes as many levels as are allowed', () => {
    expect(() => parseJsonSource('['.repeat(100) + ']'.repeat(100))).not.toThrow();
    expect(failure(() => parseJsonSource('['.repeat(101) + ']'.repeat(101))).code).toBe('TooDeep');
    expect(failure(() => parseJsonSource('[[[]]]', { maxDepth: 2 })).code).toBe('TooDeep');
    expect(() => parseJsonSource(`"${'['.repeat(10_000)}"`)).not.toThrow();
  });

  it.each(['1e400', '-1e400', '[1, 1e309]', `1${'0'.repeat(400)}`])('refuses %s, which no double can come near', (text) =>
    expect(failure(() => parseJsonSource(text)).code).toBe('NumberOverflow'),
  );

  const inexact = (text: string): readonly string[] => parseJsonSource(text).inexact.map(({ start, end }) => text.slice(start, end));

  it.each([
    '12345678901234567890',
    '-12345678901234567890',
    '0.1234567890123456789',
    '9007199254740993',
    '1e-400',
    '1.00000000000000000001',
    '123456789012345678e3',
    '0.30000000000000004441',
  ])('finds that %s is inexact', (number) => expect(inexact(`{"a":[${number}],"b":"${number}"}`)).toEqual([number]));

  it.each([
    '0',
    '-0',
    '1.0',
    '1.10',
    '0.1',
    '1e2',
    '1E2',
    '1e30',
    '0.1e-7',
    '9007199254740992',
    '1.7976931348623157e308',
    '5e-324',
    '0.0000000000000000000000001',
    '100000000000000000000000',
  ])('finds that %s is exact', (number) => expect(inexact(`[${number}]`)).toEqual([]));

  it('finds every double exact, as JSON writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) =>
        expect(inexact(JSON.stringify([number, { a: number }]))).toEqual([]),
      ),
    );
  });

  it('finds big integers inexact unless a double has them', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }), (number) => {
        // Exact is what comes back with the same digits, whatever a double happens to hold beyond what it prints.
        const same = BigInt(Number(number)) === number && normalDecimal(String(Number(number))) === normalDecimal(String(number));
        expect(inexact(`[${number}]`).length).toBe(same ? 0 : 1);
      }),
    );
  });
});

describe('The normal form of a number', () => {
  it.each([
    ['1.50', '15e-1'],
    ['15e-1', '15e-1'],
    ['0.15E1', '15e-1'],
    ['-100', '-1e2'],
    ['0', '0'],
    ['-0.000e5', '0'],
    ['1e+2', '1e2'],
    ['12345678901234567890', '1234567890123456789e1'],
  ])('of %s is %s', (token, normal) => expect(normalDecimal(token)).toBe(normal));
});
