import { endOfString } from './json-source.js';

/** Where an element of the top-level array stands, blanks around it left out; end exclusive. */
export interface ElementSlice {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Where a member of the top-level object stands: `text.slice(valueStart, valueEnd)` is its value's own text. */
export interface MemberSlice {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export type MalformedContainerCode =
  'NotAnArray' | 'NotAnObject' | 'EmptyElement' | 'BadMember' | 'Unbalanced' | 'TrailingText' | 'Unterminated';

/** A text whose outermost array or object cannot be taken apart. */
export class MalformedContainer extends Error {
  override readonly name = 'MalformedContainer';

  constructor(
    readonly code: MalformedContainerCode,
    /** From 0, in UTF-16 units. */
    readonly position: number,
    /** Of the element or member at which it went wrong. */
    readonly index: number,
  ) {
    super(`${code} at position ${position}, element ${index}`);
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Yields where each element of a top-level array stands, in order, without parsing any: only the array's own brackets and commas are
 * checked, an element is whatever lies between them and is validated by whoever parses it.
 *
 * @throws MalformedContainer when the iteration reaches the fault
 */
export function* arrayElements(text: string): Generator<ElementSlice, void> {
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== OPEN_ARRAY) throw new MalformedContainer('NotAnArray', at, 0);
  at = skipBlanks(text, at + 1);
  if (text.charCodeAt(at) === CLOSE_ARRAY) {
    nothingAfter(text, at + 1, 0);
    return;
  }
  for (let index = 0; ; index++) {
    const start = at;
    at = endOfValue(text, start, index);
    const end = trimEnd(text, start, at);
    if (end === start) throw new MalformedContainer('EmptyElement', start, index);
    yield { index, start, end };
    const code = text.charCodeAt(at);
    if (code === CLOSE_ARRAY) {
      nothingAfter(text, at + 1, index);
      return;
    }
    if (code !== COMMA) throw new MalformedContainer('Unbalanced', at, index);
    at = skipBlanks(text, at + 1);
  }
}

/**
 * Where each member of a top-level object stands, in order, duplicates included. As with `arrayElements`, values are not looked into.
 *
 * @throws MalformedContainer
 */
export function objectMembers(text: string): readonly MemberSlice[] {
  const members: MemberSlice[] = [];
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== OPEN_OBJECT) throw new MalformedContainer('NotAnObject', at, 0);
  at = skipBlanks(text, at + 1);
  if (text.charCodeAt(at) === CLOSE_OBJECT) {
    nothingAfter(text, at + 1, 0);
    return members;
  }
  for (;;) {
    const keyStart = at;
    if (text.charCodeAt(at) !== QUOTE) throw new MalformedContainer('BadMember', at, members.length);
    const keyEnd = endOfString(text, at);
    at = skipBlanks(text, keyEnd);
    if (text.charCodeAt(at) !== COLON) throw new MalformedContainer('BadMember', at, members.length);
    const valueStart = skipBlanks(text, at + 1);
    at = endOfValue(text, valueStart, members.length);
    const valueEnd = trimEnd(text, valueStart, at);
    if (valueEnd === valueStart) throw new MalformedContainer('BadMember', valueStart, members.length);
    members.push({ name: memberName(text, keyStart, keyEnd, members.length), keyStart, valueStart, valueEnd });
    const code = text.charCodeAt(at);
    if (code === CLOSE_OBJECT) {
      nothingAfter(text, at + 1, members.length);
      return members;
    }
    if (code !== COMMA) throw new MalformedContainer('Unbalanced', at, members.length);
    at = skipBlanks(text, at + 1);
  }
}

function memberName(text: string, start: number, end: number, index: number): string {
  const raw = text.slice(start + 1, end - 1);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(text.slice(start, end)) as string;
  } catch {
    throw new MalformedContainer('BadMember', start, index);
  }
}

/** The position of the comma or bracket that ends the value which begins at `start`. */
function endOfValue(text: string, start: number, index: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      depth++;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      if (depth === 0) return at;
      depth--;
    } else if (code === COMMA && depth === 0) {
      return at;
    }
  }
  throw new MalformedContainer('Unterminated', text.length, index);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function nothingAfter(text: string, from: number, index: number): void {
  const at = skipBlanks(text, from);
  if (at < text.length) throw new MalformedContainer('TrailingText', at, index);
}
