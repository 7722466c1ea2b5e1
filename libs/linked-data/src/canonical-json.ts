import { hash } from 'node:crypto';
import type { JsonSource, NumberToken } from './json-source.js';
import { normalDecimal } from './json-source.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-value.js';

export interface CanonicalOptions {
  /** Members that do not count, by path from the root: `[['meta', 'modified']]`. An object that is empty without them does not count either. */
  readonly ignore?: readonly (readonly string[])[];
}

/**
 * A hash of what a JSON text says: the same for every order of members and every way to write a number; numbers that a double cannot
 * hold count by their own digits; of duplicate members the last counts. 256 bits, base64url, 43 characters.
 *
 * For comparing content (unchanged items of a push), not a signature format: it is not RFC 8785, and may only be compared with itself.
 */
export function canonicalHash(source: JsonSource, options: CanonicalOptions = {}): string {
  return hash('sha256', canonicalJson(source, options), 'base64url');
}

/** The text that `canonicalHash` hashes. */
export function canonicalJson(source: JsonSource, { ignore = [] }: CanonicalOptions = {}): string {
  if (source.inexact.length === 0) return write(source.value, ignore, '');
  const marker = unusedMarker(source.text);
  return write(JSON.parse(withMarkedNumbers(source.text, source.inexact, marker)) as JsonValue, ignore, marker);
}

function write(value: JsonValue, ignore: readonly (readonly string[])[], marker: string): string {
  // Marked strings stand for numbers, and come out without quotes.
  if (typeof value === 'string') return marker !== '' && value.startsWith(marker) ? value.slice(marker.length) : quoted(value);
  if (isJsonObject(value)) return (ignore.length === 0 ? writeWhole(value, marker) : writeWithout(value, ignore, marker)) ?? '{}';
  if (!isJsonArray(value)) return JSON.stringify(value);
  let text = '[';
  // Paths name members; none leads into an array.
  for (const item of value) text += (text.length === 1 ? '' : ',') + write(item, NONE, marker);
  return `${text}]`;
}

const NONE: readonly (readonly string[])[] = [];

const NEEDS_ESCAPES = /["\\\u0000-\u001f\ud800-\udfff]/;

/** As JSON.stringify, which is slower for the short strings that most are. */
const quoted = (text: string): string => (NEEDS_ESCAPES.test(text) ? JSON.stringify(text) : `"${text}"`);

function sortedNames(value: JsonObject): readonly string[] {
  const names = Object.keys(value);
  return names.length > 1 ? names.sort() : names;
}

function writeWhole(value: JsonObject, marker: string): string {
  let text = '{';
  for (const name of sortedNames(value))
    text += `${text.length === 1 ? '' : ','}${quoted(name)}:${write(value[name] ?? null, NONE, marker)}`;
  return `${text}}`;
}

/** `undefined` for an object that has become empty by what is ignored. */
function writeWithout(value: JsonObject, ignore: readonly (readonly string[])[], marker: string): string | undefined {
  let text = '{';
  let ignored = false;
  for (const name of sortedNames(value)) {
    const item = value[name] ?? null;
    const inner = ignore.some(([first]) => first === name) ? ignore.filter(([first]) => first === name).map((path) => path.slice(1)) : NONE;
    let written: string | undefined;
    if (inner.some((path) => path.length === 0)) written = undefined;
    else written = isJsonObject(item) && inner.length > 0 ? writeWithout(item, inner, marker) : write(item, NONE, marker);
    if (written === undefined) ignored = true;
    else text += `${text.length === 1 ? '' : ','}${quoted(name)}:${written}`;
  }
  if (text.length > 1) return `${text}}`;
  return ignored ? undefined : '{}';
}

/** Replaces each token by a string that says what number it is. */
function withMarkedNumbers(text: string, tokens: readonly NumberToken[], marker: string): string {
  let marked = '';
  let from = 0;
  for (const { start, end } of tokens) {
    marked += `${text.slice(from, start)}"${marker}${normalDecimal(text.slice(start, end))}"`;
    from = end;
  }
  return marked + text.slice(from);
}

/** A string that no string of the text begins with: without escapes it would stand in the text, and it needs none. */
function unusedMarker(text: string): string {
  // Escapes could spell the marker; a text that has such escapes is searched in the form without them.
  const plain = text.includes('\\u') ? JSON.stringify(JSON.parse(text)) : text;
  for (let attempt = 0; ; attempt++) {
    const marker = `#${attempt}#`;
    if (!plain.includes(`"${marker}`)) return marker;
  }
}
