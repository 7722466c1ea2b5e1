import { randomInt } from 'node:crypto';
import { isJsonArray, isJsonObject, type JsonValue } from '@headwater/linked-data';

/**
 * Names that jsonld does not treat as data, on their way through it.
 *
 * It keeps what it builds in plain objects and asks `in` and `hasOwnProperty` of them: members, terms, types and languages called like
 * something that every object inherits are then lost, mangled, or (a `@nest` term called `__proto__`) written into Object.prototype. And it
 * drops members with blanks in their names, where the standard only asks for a colon in what they expand to. Where a document or a context
 * has such a name, marks are put into it before jsonld sees it, and taken out of what jsonld returns.
 */
const INHERITED =
  /(?<!^@)(__(?=proto__|defineGetter__|defineSetter__|lookupGetter__|lookupSetter__)|ha(?=sOwnProperty)|co(?=nstructor)|is(?=PrototypeOf)|pr(?=opertyIsEnumerable)|to(?=String|LocaleString)|va(?=lueOf))/g;

const SUSPICIOUS =
  /__(?:proto|defineGetter|defineSetter|lookupGetter|lookupSetter)__|hasOwnProperty|constructor|isPrototypeOf|propertyIsEnumerable|toString|toLocaleString|valueOf/;

const BLANK = /\s/;

/** Says whether a value has such a name: anywhere an inherited one, in a member's name a blank. `text` is its JSON text. */
export function isHostile(value: JsonValue, text: string): boolean {
  // Escapes could spell a name.
  return SUSPICIOUS.test(text) || (text.includes('\\u00') && SUSPICIOUS.test(JSON.stringify(value))) || hasBlankNames(value);
}

function hasBlankNames(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isJsonArray(value)) return value.some(hasBlankNames);
  for (const name of Object.keys(value)) {
    if (BLANK.test(name)) return true;
    const item = (value as Readonly<Record<string, JsonValue>>)[name];
    if (typeof item === 'object' && hasBlankNames(item)) return true;
  }
  return false;
}

// Characters of the private use area that nobody can guess: chosen anew by each process, and never shown.
const random = (): string => Array.from({ length: 8 }, () => String.fromCharCode(randomInt(0xe000, 0xf900))).join('');
const MARK = random();
const BLANK_MARK = random();
const MARKED_BLANK = new RegExp(`${BLANK_MARK}([0-9a-f]{4})`, 'g');

/** The value with marks in every hostile name, in members and strings alike. */
export function mark(value: JsonValue): JsonValue {
  if (typeof value === 'string') return markText(value);
  if (isJsonArray(value)) return value.map(mark);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [markBlanks(markText(name)), mark(item)]));
}

function markText(text: string): string {
  return text.replace(INHERITED, `$1${MARK}`);
}

function markBlanks(name: string): string {
  return name.replace(/\s/g, (blank) => BLANK_MARK + blank.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** The text without marks. */
export function unmark<T extends string>(text: T): T {
  return text.replaceAll(MARK, '').replace(MARKED_BLANK, (_, code: string) => String.fromCharCode(parseInt(code, 16))) as T;
}

/** The JSON text without marks. */
export function unmarkJson(text: string): string {
  return text
    .replaceAll(MARK, '')
    .replace(MARKED_BLANK, (_, code: string) => JSON.stringify(String.fromCharCode(parseInt(code, 16))).slice(1, -1));
}
