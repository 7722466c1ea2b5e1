import type { JsonValue } from './json-value.js';

/** Where a number token stands in a text, end exclusive. */
export interface NumberToken {
  readonly start: number;
  readonly end: number;
}

/** A JSON text with its value: parsed once for meaning, kept as it came for `/source` and feeds. */
export interface JsonSource {
  /** The text as sent, without a byte order mark. Of duplicate members the value has the last, the text has all. */
  readonly text: string;
  readonly value: JsonValue;
  /** The numbers that a double cannot give back (`12345678901234567890`); in the value they are rounded. Nearly always empty. */
  readonly inexact: readonly NumberToken[];
}

export interface JsonLimits {
  /** Levels of arrays and objects that a text may have; by default 100. */
  readonly maxDepth?: number;
}

export const DEFAULT_MAX_DEPTH = 100;

export type MalformedJsonCode = 'InvalidUtf8' | 'Empty' | 'Syntax' | 'TooDeep' | 'NumberOverflow';

/** A text that is no JSON, or more than is accepted: 400, the caller's to correct. The message says what and, where known, where. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson';

  constructor(
    readonly code: MalformedJsonCode,
    what: string,
    /** From 0: bytes for `InvalidUtf8`, UTF-16 units otherwise. */
    readonly position?: number,
    text?: string,
  ) {
    super(position === undefined ? what : `${what} at ${text === undefined ? `byte ${position}` : lineAndColumn(text, position)}`);
  }
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return `line ${line}, column ${position - before.lastIndexOf('\n')} (position ${position})`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes and parses a body. Invalid UTF-8 is refused rather than replaced; a byte order mark is taken off, as RFC 8259 allows, since it
 * would make the text unusable inside another one.
 *
 * @throws MalformedJson
 */
export function readJsonSource(bytes: Uint8Array, limits: JsonLimits = {}): JsonSource {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new MalformedJson('InvalidUtf8', 'The text is not UTF-8', firstInvalidByte(bytes));
  }
  return parseJsonSource(text, limits);
}

/**
 * Parses a text that is already decoded: an item of a pushed array, or a stored source.
 *
 * @throws MalformedJson
 */
export function parseJsonSource(text: string, { maxDepth = DEFAULT_MAX_DEPTH }: JsonLimits = {}): JsonSource {
  // Before JSON.parse and anything recursive: whatever follows may rely on the depth.
  const suspects = scan(text, maxDepth);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw syntaxError(text);
  }
  return { text, value, inexact: suspects.length === 0 ? NONE : inexactAmong(text, suspects) };
}

const NONE: readonly NumberToken[] = [];
const MAX_EXACT_LENGTH = 15;

/** Checks the depth and finds the number tokens that are long enough, or scientific enough, to be inexact. */
function scan(text: string, maxDepth: number): readonly NumberToken[] {
  let suspects: NumberToken[] | undefined;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at) - 1;
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxDepth) throw new MalformedJson('TooDeep', `The text is nested deeper than ${maxDepth} levels`, at, text);
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const start = at;
      let scientific = false;
      for (at++; at < text.length; at++) {
        const next = text.charCodeAt(at);
        if (next === 0x45 || next === 0x65) scientific = true;
        else if (!((next >= 0x30 && next <= 0x39) || next === 0x2e || next === 0x2b || next === 0x2d)) break;
      }
      if (scientific || at - start > MAX_EXACT_LENGTH) (suspects ??= []).push({ start, end: at });
      at--;
    }
  }
  return suspects ?? NONE;
}

/** The position after the string's closing quote; the text's end where there is none. */
export function endOfString(text: string, open: number): number {
  let quote = open;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) return text.length;
    let backslash = quote - 1;
    while (text.charCodeAt(backslash) === 0x5c) backslash--;
    if ((quote - backslash) % 2 === 1) return quote + 1;
  }
}

function inexactAmong(text: string, suspects: readonly NumberToken[]): readonly NumberToken[] {
  return suspects.filter(({ start, end }) => {
    const token = text.slice(start, end);
    const value = Number(token);
    if (!Number.isFinite(value)) throw new MalformedJson('NumberOverflow', `The number ${shorten(token)} is too large`, start, text);
    return normalDecimal(token) !== normalDecimal(String(value));
  });
}

function shorten(token: string): string {
  return token.length > 40 ? `${token.slice(0, 40)}...` : token;
}

/** A number's digits in one form per value, whatever its size: `1.50`, `15e-1` and `0.15E1` are all `15e-1`. Zero is `0`. */
export function normalDecimal(token: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token);
  if (parts === null) return token;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = (whole + fraction).replace(/^0+/, '');
  let significant = digits.length;
  while (significant > 0 && digits.charCodeAt(significant - 1) === 0x30) significant--;
  if (significant === 0) return '0';
  // BigInt, as an exponent is as long as its author likes.
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant);
  return `${sign}${digits.slice(0, significant)}e${power}`;
}

function syntaxError(text: string): MalformedJson {
  if (/^[ \t\r\n]*$/.test(text)) return new MalformedJson('Empty', 'The text is empty');
  const { position, expected } = locateSyntaxError(text);
  const found = position >= text.length ? 'the end of the text' : `'${String.fromCodePoint(text.codePointAt(position) ?? 0)}'`;
  return new MalformedJson('Syntax', `Expected ${expected}, found ${found}`, position, text);
}

const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
const BLANK = /[ \t\r\n]*/y;

/** Where a text that JSON.parse has refused goes wrong; its own messages name a position only sometimes, and differ between versions. */
function locateSyntaxError(text: string): { readonly position: number; readonly expected: string } {
  const open: ('[' | '{')[] = [];
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const key = (): string | undefined => {
    if (!skip(STRING)) return 'a member name in double quotes';
    skip(BLANK);
    if (text[at] !== ':') return "':'";
    at++;
    return undefined;
  };
  let state: 'value' | 'first' | 'after' = 'value';
  for (;;) {
    skip(BLANK);
    const innermost = open.at(-1);
    const character = text[at];
    if (state === 'after') {
      if (innermost === undefined) return { position: at, expected: 'nothing more' };
      if (character === ',') {
        at++;
        skip(BLANK);
        const missing = innermost === '{' ? key() : undefined;
        if (missing !== undefined) return { position: at, expected: missing };
        state = 'value';
      } else if (character === (innermost === '[' ? ']' : '}')) {
        at++;
        open.pop();
      } else {
        return { position: at, expected: innermost === '[' ? "',' or ']'" : "',' or '}'" };
      }
    } else if (state === 'first' && character === (innermost === '[' ? ']' : '}')) {
      at++;
      open.pop();
      state = 'after';
    } else if (state === 'first' && innermost === '{') {
      const missing = key();
      if (missing !== undefined) return { position: at, expected: missing };
      state = 'value';
    } else if (character === '[' || character === '{') {
      open.push(character);
      at++;
      state = 'first';
    } else if (skip(STRING) || skip(LITERAL)) {
      state = 'after';
    } else {
      return { position: at, expected: character === '"' ? 'a string that ends, without raw control characters' : 'a value' };
    }
  }
}

function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    try {
      // As a stream: a sequence that the cut tore is not an error yet.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      valid = middle;
    } catch {
      invalid = middle;
    }
  }
  return valid;
}
