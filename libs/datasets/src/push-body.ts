import {
  MalformedContainer,
  MalformedJson,
  arrayElements,
  isJsonObject,
  member,
  objectMembers,
  parseJsonSource,
  type Iri,
  type JsonSource,
  type JsonValue,
} from '@headwater/linked-data';
import type { PushedIdentity } from '@headwater/event-contracts';
import { InvalidItem } from './invalid-item.js';
import { identityOf, iriOf, metaOf } from './item-identity.js';

/** The body of a push is not what the protocol has there, whatever its items are. */
export class MalformedPush extends Error {
  override readonly name = 'MalformedPush';
}

/** More items than one push may have. */
export class TooManyItems extends Error {
  override readonly name = 'TooManyItems';
  constructor(readonly limit: number) {
    super(`A push may hold at most ${limit} items. Send them in several pushes.`);
  }
}

/** An item of a push that can be stored, unless its JSON-LD says otherwise. `index` is its place in the array that was sent. */
export interface PushedItem {
  readonly index: number;
  /** Its own text and value. */
  readonly source: JsonSource;
  readonly identity: PushedIdentity;
  readonly iri: Iri;
  readonly deleted: boolean;
}

/** What became of the item at `index`, as the answer says it (datasets.md 1.5). */
export type Outcome =
  { readonly successful: true; readonly index: number } | { readonly successful: false; readonly index: number; readonly error: string };

export interface PushRequest {
  /** The body as it was sent. */
  readonly text: string;
  /** The project's base. */
  readonly base: Iri;
  /** Who pushes, as a name: part of the identity of items that have a `dataPointKey` only. */
  readonly client: string;
  readonly maxItems: number;
  /** Levels of arrays and objects that an item may have. */
  readonly maxDepth?: number;
}

/**
 * Takes a push apart: each item from its own bytes, so that big integers and the order of members survive. An item that cannot be stored is
 * given as its failed outcome, in its place; a leading context has index 0 and is left out. A generator, so that the caller can pause.
 *
 * @throws MalformedPush, TooManyItems when the iteration reaches the fault: nothing may be stored before its end.
 */
export function* pushedItems(request: PushRequest): Generator<PushedItem | Extract<Outcome, { successful: false }>, void> {
  const { text, maxItems } = request;
  let items = 0;
  try {
    for (const { index, start, end } of arrayElements(text)) {
      const item = readItem(text.slice(start, end), index, request);
      if (item === undefined) continue;
      if (++items > maxItems) throw new TooManyItems(maxItems);
      yield item;
    }
  } catch (error) {
    if (error instanceof MalformedContainer) throw new MalformedPush(describe(error));
    throw error;
  }
}

/** @returns undefined for the context. */
function readItem(
  text: string,
  index: number,
  { base, client, maxDepth }: PushRequest,
): PushedItem | Extract<Outcome, { successful: false }> | undefined {
  let source: JsonSource;
  const limits = maxDepth === undefined ? {} : { maxDepth };
  try {
    source = parseJsonSource(text, limits);
    if (hasFeedsRev(source.value)) source = parseJsonSource(withoutRev(text), limits);
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    // Text that is no JSON makes the whole array none; what is only too much for us is the item's own fault.
    if (error.code === 'Syntax' || error.code === 'Empty') throw new MalformedPush(`Item ${index} is not JSON: ${error.message}`);
    return { successful: false, index, error: error.message };
  }
  if (isMarked(source.value, '@context')) {
    if (index === 0) return undefined;
    return { successful: false, index, error: "The object with the id '@context' must be the first of the array." };
  }
  if (isMarked(source.value, '@continuation')) {
    throw new MalformedPush(`A push must not hold a continuation, as item ${index} is.`);
  }
  try {
    if (!isJsonObject(source.value)) throw new InvalidItem('An item must be an object.');
    const identity = identityOf(source.value, client);
    return { index, source, identity, iri: iriOf(identity, base), deleted: isDeleted(metaOf(source.value)) };
  } catch (error) {
    if (error instanceof InvalidItem) return { successful: false, index, error: error.message };
    throw error;
  }
}

/** Items of a changes feed carry `_rev` (ruling 13): what was read there may be pushed elsewhere, where it means nothing. */
const hasFeedsRev = (value: JsonValue): boolean => isJsonObject(value) && Number.isInteger(member(value, REV));

const REV = '_rev';

const withoutRev = (text: string): string =>
  `{${objectMembers(text)
    .filter(({ name }) => name !== REV)
    .map(({ keyStart, valueEnd }) => text.slice(keyStart, valueEnd))
    .join(',')}}`;

const isMarked = (value: JsonValue, mark: string): boolean => isJsonObject(value) && member(value, 'id') === mark;

function isDeleted(meta: ReturnType<typeof metaOf>): boolean {
  const flag = meta === undefined ? undefined : member(meta, 'isDeleted');
  switch (flag) {
    case true:
    case 'true':
      return true;
    case undefined:
    case false:
    case 'false':
      return false;
    default:
      throw new InvalidItem("'meta.isDeleted' must be true or false.");
  }
}

function describe({ code, position, index }: MalformedContainer): string {
  const at = `at position ${position} (item ${index})`;
  switch (code) {
    case 'NotAnArray':
      return 'A push is an array of objects.';
    case 'EmptyElement':
      return `The array has an empty element ${at}.`;
    case 'TrailingText':
      return `There is more text behind the array, ${at}.`;
    case 'Unterminated':
      return `The array does not end: it was cut ${at}.`;
    case 'Unbalanced':
    case 'BadMember':
    case 'NotAnObject':
      return `Brackets do not match ${at}.`;
  }
}
