import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrayElements, MalformedContainer, objectMembers } from './json-scanner.js';

const slices = (text: string): readonly string[] => [...arrayElements(text)].map(({ start, end }) => text.slice(start, end));
const failure = (action: () => unknown): MalformedContainer => {
  try {
    action();
  } catch (error) {
    if (error instanceof MalformedContainer) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};
const blank = fc.constantFrom('', ' ', '\n\t', '\r\n  ');
/** A text of JSON with blanks in all places where they may be. */
const spaced = fc
  .tuple(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(undefined, 1, '\t'))
  .map(([value, indent]) => JSON.stringify(value, null, indent));

describe('The elements of an array', () => {
  it('are what JSON.parse finds, each in its own words', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(blank, spaced, blank), { maxLength: 6 }), blank, (items, around) => {
        const text = `${around}[${items.map((parts) => parts.join('')).join(',')}]${around}`;
        expect(slices(text)).toEqual(items.map(([, item]) => item));
        expect(slices(text).map((slice) => JSON.parse(slice) as unknown)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keep big numbers, escapes and brackets in strings', () =>
    expect(slices('[12345678901234567890, {"a":"]}\\"[\\\\"}, "\\\\"]')).toEqual(['12345678901234567890', '{"a":"]}\\"[\\\\"}', '"\\\\"']));

  it('are none in an empty array', () => expect(slices(' [ ] ')).toEqual([]));

  it('are found before what is wrong after them', () => {
    const elements = arrayElements('[{"a":1}, {"b":2}, ');
    expect(elements.next().value).toEqual({ index: 0, start: 1, end: 8 });
    expect(elements.next().value).toEqual({ index: 1, start: 10, end: 17 });
    expect(failure(() => elements.next())).toMatchObject({ code: 'Unterminated', index: 2 });
  });

  it.each([
    ['{}', 'NotAnArray', 0],
    ['', 'NotAnArray', 0],
    ['[1,]', 'EmptyElement', 1],
    ['[,1]', 'EmptyElement', 0],
    ['[1', 'Unterminated', 0],
    ['["a]', 'Unterminated', 0],
    ['[1}', 'Unbalanced', 0],
    ['[1] 2', 'TrailingText', 0],
    ['[', 'Unterminated', 0],
  ])('%s is %s', (text, code, index) => expect(failure(() => slices(text))).toMatchObject({ code, index }));

  it('bear any depth', () => expect(slices(`[${'['.repeat(100_000)}${']'.repeat(100_000)}]`)).toHaveLength(1));
});

describe('The members of an object', () => {
  it('are what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(blank, fc.string(), blank, spaced, blank), { maxLength: 6 }), (members) => {
        const text = `{${members.map(([a, name, b, value, c]) => `${a}${JSON.stringify(name)}${b}:${b}${value}${c}`).join(',')}}`;
        const found = objectMembers(text);
        expect(found.map(({ name }) => name)).toEqual(members.map(([, name]) => name));
        expect(found.map(({ valueStart, valueEnd }) => text.slice(valueStart, valueEnd))).toEqual(members.map(([, , , value]) => value));
        for (const { keyStart } of found) expect(text[keyStart]).toBe('"');
      }),
    );
  });

  it('include duplicates and __proto__', () =>
    expect(objectMembers('{"a":1,"__proto__":2,"a":3}').map(({ name }) => name)).toEqual(['a', '__proto__', 'a']));

  it.each([
    ['[]', 'NotAnObject'],
    ['{"a"}', 'BadMember'],
    ['{"a":}', 'BadMember'],
    ['{a:1}', 'BadMember'],
    ['{"\\x":1}', 'BadMember'],
    ['{"a":1', 'Unterminated'],
    ['{"a":1]', 'Unbalanced'],
    ['{"a":1}}', 'TrailingText'],
    ['{} x', 'TrailingText'],
    ['{"a":1,}', 'BadMember'],
  ])('%s is %s', (text, code) => expect(failure(() => objectMembers(text)).code).toBe(code));
});
