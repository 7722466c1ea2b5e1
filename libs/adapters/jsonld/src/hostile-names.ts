import { randomInt } from 'node:crypto';
import { isJsonArray, isJsonObject, type JsonValue } from '@headwater/linked-data';

/**
 * jsonld keeps what it builds in plain objects and asks `in` and `hasOwnProperty` of them. Members, terms, types and languages called like
 * something that every object inherits are then lost, mangled, or (a `@nest` term called `__proto__`) written into Object.prototype. Such
 * names are data to us: where a text has one, a mark is put into it before jsonld sees it, and taken out of what jsonld returns.
 */
const NAMES =
  /(?<!^@)(__(?=proto__|defineGetter__|defineSetter__|lookupGetter__|lookupSetter__)|ha(?=sOwnProperty)|co(?=nstructor)|is(?=PrototypeOf)|pr(?=opertyIsEnumerable)|to(?=String|LocaleString)|va(?=lueOf))/g;

const SUSPICIOUS =
  /__(?:proto|defineGetter|defineSetter|lookupGetter|lookupSetter)__|hasOwnProperty|constructor|isPrototypeOf|propertyIsEnumerable|toString|toLocaleString|valueOf|\\u00/;

/** Says whether a JSON text may have such a name; escapes could spell one. */
export function mayHaveHostileNames(text: string): boolean {
  return SUSPICIOUS.test(text);
}

// Characters of the private use area that nobody can guess: chosen anew by each process, and never shown.
const MARK = Array.from({ length: 8 }, () => String.fromCharCode(randomInt(0xe000, 0xf900))).join('');

/** The value with the mark in every hostile name, in members and strings alike. */
export function mark(value: JsonValue): JsonValue {
  if (typeof value === 'string') return markText(value);
  if (isJsonArray(value)) return value.map(mark);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [markText(name), mark(item)]));
}

function markText(text: string): string {
  return text.replace(NAMES, `$1${MARK}`);
}

/** The text without marks. */
export function unmark<T extends string>(text: T): T {
  return text.replaceAll(MARK, '') as T;
}
