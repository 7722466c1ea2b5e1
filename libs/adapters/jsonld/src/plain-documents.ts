import { isJsonArray, type JsonObject, type JsonValue } from '@headwater/linked-data';
import type { PlainContext } from './plain-context.js';

/**
 * Expansion and compaction of plain documents: nodes, references, values and arrays of these, under a plain context. Most documents are
 * such, and need neither jsonld's many cases nor a promise for each value. All questions about names are jsonld's to answer, the order of
 * members is its order too, and whatever is not plain is left to it: `undefined`. `plain-documents.spec.ts` holds the two against each other.
 */

/** A document that is not plain after all; thrown and caught in here. */
const NOT_PLAIN = Symbol('not plain');

type Members = Record<string, JsonValue>;

/** The one node that a document expands to; `undefined` where that is for jsonld to say, as it is where the node would be dropped. */
export function expandPlain(document: JsonObject, context: PlainContext, base: string): JsonObject | undefined {
  return unlessNotPlain(() => {
    const node = new Expansion(context, base).node(document, true);
    const count = Object.keys(node).length;
    return count === 0 || (count === 1 && '@id' in node) ? undefined : node;
  });
}

/** One node compacted; `undefined` where that is for jsonld to do. */
export function compactPlain(node: JsonObject, context: PlainContext): JsonObject | undefined {
  return unlessNotPlain(() => new Compaction(context).node(node));
}

function unlessNotPlain<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    // jsonld meets the same and says what it is, in its own way.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function notPlain(): never {
  // eslint has no quarrel with a symbol that never leaves this file; an Error would cost a stack trace.
  throw NOT_PLAIN as unknown as Error;
}

class Expansion {
  constructor(
    private readonly context: PlainContext,
    private readonly base: string,
  ) {}

  node(object: JsonObject, isRoot: boolean): Members {
    const node: Members = {};
    const names = Object.keys(object);
    if (names.length > 1) names.sort();
    for (const name of names) {
      const value = object[name] ?? null;
      if (name === '@context') {
        if (isRoot) continue;
        notPlain();
      }
      const meaning = this.context.meaning(name);
      switch (meaning.kind) {
        case 'dropped':
          break;
        case 'property':
          this.property(node, meaning.iri, meaning.coercion, value);
          break;
        case 'id':
          // A blank id is refused, which is not for this file to say.
          if (typeof value !== 'string' || '@id' in node || value.trim() === '') notPlain();
          node['@id'] = this.context.idIri(value, this.base) ?? notPlain();
          break;
        case 'type':
          this.types(node, value);
          break;
        case 'other':
          notPlain();
      }
    }
    return node;
  }

  private types(node: Members, value: JsonValue): void {
    const types = typeof value === 'string' ? [value] : isJsonArray(value) ? value : notPlain();
    for (const type of types) {
      if (typeof type !== 'string') notPlain();
      const iri = this.context.typeIri(type, this.base);
      if (iri === null || iri.startsWith('@')) notPlain();
      push(node, '@type', iri);
    }
  }

  private property(node: Members, iri: string, coercion: string | undefined, value: JsonValue): void {
    if (value === null) return;
    if (isJsonArray(value)) {
      node[iri] ??= [];
      this.items(node, iri, coercion, value);
    } else {
      push(node, iri, this.item(coercion, value));
    }
  }

  private items(node: Members, iri: string, coercion: string | undefined, values: readonly JsonValue[]): void {
    for (const value of values) {
      if (isJsonArray(value)) this.items(node, iri, coercion, value);
      else if (value !== null) push(node, iri, this.item(coercion, value));
    }
  }

  private item(coercion: string | undefined, value: Exclude<JsonValue, null>): JsonValue {
    if (typeof value === 'object') {
      return '@value' in value ? this.value(value) : this.node(value as JsonObject, false);
    }
    if (coercion === undefined) return { '@value': value };
    if (coercion !== '@id') return { '@type': coercion, '@value': value };
    return typeof value === 'string' ? { '@id': this.context.idIri(value, this.base) ?? notPlain() } : { '@value': value };
  }

  /** A value written out: a type or a language at most. */
  private value(object: JsonObject): JsonValue {
    const value: Members = {};
    const names = Object.keys(object).sort();
    for (const name of names) {
      const item = object[name] ?? null;
      if (name === '@value') {
        if (item === null || typeof item === 'object') notPlain();
        value['@value'] = item;
      } else if (typeof item !== 'string') {
        notPlain();
      } else if (name === '@language') {
        value['@language'] = item.toLowerCase();
      } else if (this.context.meaning(name).kind === 'type') {
        const type = this.context.typeIri(item, this.base);
        if (type === null || '@type' in value || !/^[A-Za-z][A-Za-z0-9+\-.]*:\S*$/.test(type)) notPlain();
        value['@type'] = type;
      } else {
        notPlain();
      }
    }
    if ('@language' in value && ('@type' in value || typeof value['@value'] !== 'string')) notPlain();
    return value;
  }
}

class Compaction {
  constructor(private readonly context: PlainContext) {}

  node(node: JsonObject): Members {
    const compacted: Members = {};
    const names = Object.keys(node);
    if (names.length > 1) names.sort();
    for (const name of names) {
      const value = node[name] ?? null;
      if (name === '@id') {
        if (typeof value !== 'string') notPlain();
        compacted[this.context.idKey] = this.context.compactId(value);
      } else if (name === '@type') {
        this.types(compacted, value);
      } else if (name.startsWith('@') || !isJsonArray(value)) {
        notPlain();
      } else if (value.length === 0) {
        this.add(compacted, name, '[]', value);
      } else {
        for (const item of value) this.item(compacted, name, item);
      }
    }
    return compacted;
  }

  private types(compacted: Members, value: JsonValue): void {
    if (!isJsonArray(value)) notPlain();
    for (const type of value) {
      if (typeof type !== 'string') notPlain();
      add(compacted, this.context.typeKey, this.context.compactType(type), false);
    }
  }

  private item(compacted: Members, iri: string, item: JsonValue): void {
    if (typeof item !== 'object' || item === null || isJsonArray(item)) notPlain();
    const object = item;
    const value = object['@value'];
    if (value !== undefined) {
      if (value === null || typeof value === 'object') notPlain();
      const type = object['@type'];
      const language = object['@language'];
      if (typeof type === 'string') {
        const key = this.context.compactKey(iri, `^${type}`, item);
        add(
          compacted,
          key.name,
          key.coercion === type ? value : { [this.context.typeKey]: this.context.compactType(type), '@value': value },
          key.asSet,
        );
      } else if (typeof language === 'string') {
        const key = this.context.compactKey(iri, `@${language}`, item);
        add(compacted, key.name, { '@language': language, '@value': value }, key.asSet);
      } else {
        const key = this.context.compactKey(iri, '', item);
        add(compacted, key.name, value, key.asSet);
      }
      return;
    }
    const id = object['@id'];
    if (id === undefined) {
      const key = this.context.compactKey(iri, '{}', item);
      add(compacted, key.name, this.node(object), key.asSet);
    } else {
      const key = this.context.compactKey(iri, '{@id}', item);
      if (Object.keys(object).length > 1) add(compacted, key.name, this.node(object), key.asSet);
      else if (typeof id !== 'string') notPlain();
      else
        add(
          compacted,
          key.name,
          key.coercion === '@id' ? this.context.compactId(id) : { [this.context.idKey]: this.context.compactId(id) },
          key.asSet,
        );
    }
  }

  private add(compacted: Members, iri: string, kind: string, empty: readonly JsonValue[]): void {
    const { name } = this.context.compactKey(iri, kind, empty);
    if (!Object.hasOwn(compacted, name)) compacted[name] = [];
  }
}

/** Adds to what is always an array. */
function push(node: Members, name: string, item: JsonValue): void {
  const items = node[name] as JsonValue[] | undefined;
  if (items === undefined) node[name] = [item];
  else items.push(item);
}

/** Adds to what is an array from the second item on, or from the first. */
function add(node: Members, name: string, item: JsonValue, asSet: boolean): void {
  if (!Object.hasOwn(node, name)) {
    node[name] = asSet ? [item] : item;
    return;
  }
  const present = node[name] ?? null;
  if (isJsonArray(present)) (present as JsonValue[]).push(item);
  else node[name] = [present, item];
}
