import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@headwater/linked-data';
import { inspect, type ContextInfo } from './context-info.js';
import { mark } from './hostile-names.js';
import type { ActiveContext, Processed } from './processor.js';

/** One context object as jsonld is to see it, with what processing it has given so far, by what it was processed on top of. */
export interface ContextRecord {
  readonly document: JsonObject;
  readonly info: ContextInfo;
  readonly processed: Map<string, Map<ActiveContext, Entry>>;
}

/** A context of a document or a resource, taken apart: strings are references still to be resolved, null resets. */
export interface PreparedContext {
  readonly elements: readonly (string | ContextRecord | null)[];
  readonly info: ContextInfo;
  /** JSON text of the elements without brackets, as sent. */
  readonly text: string;
}

interface Entry {
  readonly value: Processed;
  readonly weight: number;
  readonly record: ContextRecord;
  readonly base: string;
  readonly active: ActiveContext;
}

export interface ContextCacheLimits {
  /** Terms in all processed contexts together; a term takes about 2 KB there. */
  readonly cachedTerms: number;
  /** Characters of all inline contexts together. */
  readonly cachedContextChars: number;
}

/**
 * Keeps contexts between documents, within bounds: inline ones by their text, loaded ones by identity, and what processing gave by
 * least recent use. Belongs to one reader; safe for all projects, as nothing in it depends on a project but what is keyed by base.
 */
export class ContextCache {
  private readonly inline = new Map<string, PreparedContext>();
  private inlineChars = 0;
  private readonly loaded = new WeakMap<object, PreparedContext>();
  private readonly used = new Set<Entry>();
  private terms = 0;

  constructor(private readonly limits: ContextCacheLimits) {}

  /** A context that stands in a document; `text` is its JSON text. */
  inlineContext(context: JsonValue, text: string): PreparedContext {
    const known = this.inline.get(text);
    if (known !== undefined) {
      this.inline.delete(text);
      this.inline.set(text, known);
      return known;
    }
    const prepared = prepare(context, text);
    if (text.length <= this.limits.cachedContextChars / 4) {
      this.inline.set(text, prepared);
      this.inlineChars += text.length;
      for (const [oldest, dropped] of this.inline) {
        if (this.inlineChars <= this.limits.cachedContextChars) break;
        this.inline.delete(oldest);
        this.inlineChars -= oldest.length;
        this.forget(dropped);
      }
    }
    return prepared;
  }

  /** A context of a resource or a built-in one: the same object each time. */
  loadedContext(context: JsonValue): PreparedContext {
    if (typeof context !== 'object' || context === null) return prepare(context);
    const known = this.loaded.get(context);
    if (known !== undefined) return known;
    const prepared = prepare(context);
    this.loaded.set(context, prepared);
    return prepared;
  }

  find(record: ContextRecord, base: string, active: ActiveContext): Processed | undefined {
    const entry = record.processed.get(base)?.get(active);
    if (entry === undefined) return undefined;
    this.used.delete(entry);
    this.used.add(entry);
    return entry.value;
  }

  keep(record: ContextRecord, base: string, active: ActiveContext, value: Processed): void {
    const weight = value.context.mappings.size + 1;
    if (weight > this.limits.cachedTerms / 4) return;
    let byActive = record.processed.get(base);
    if (byActive === undefined) record.processed.set(base, (byActive = new Map()));
    const replaced = byActive.get(active);
    if (replaced !== undefined) this.drop(replaced);
    const entry: Entry = { value, weight, record, base, active };
    byActive.set(active, entry);
    record.processed.set(base, byActive);
    this.used.add(entry);
    this.terms += weight;
    for (const oldest of this.used) {
      if (this.terms <= this.limits.cachedTerms) break;
      this.drop(oldest);
    }
  }

  /** For tests and metrics. */
  size(): { readonly terms: number; readonly entries: number; readonly inlineChars: number; readonly inlineContexts: number } {
    return { terms: this.terms, entries: this.used.size, inlineChars: this.inlineChars, inlineContexts: this.inline.size };
  }

  private forget(prepared: PreparedContext): void {
    for (const element of prepared.elements) {
      if (element === null || typeof element === 'string') continue;
      for (const byActive of element.processed.values()) for (const entry of byActive.values()) this.drop(entry);
    }
  }

  private drop(entry: Entry): void {
    if (!this.used.delete(entry)) return;
    this.terms -= entry.weight;
    const byActive = entry.record.processed.get(entry.base);
    byActive?.delete(entry.active);
    if (byActive?.size === 0) entry.record.processed.delete(entry.base);
  }
}

/** Makes a record of a context object; jsonld gets a copy, as it writes into contexts at times. */
export function recordOf(context: JsonObject): ContextRecord {
  const info = inspect(context);
  const document = info.hostile ? mark(context) : structuredClone(context);
  return { document: document as JsonObject, info, processed: new Map() };
}

function prepare(context: JsonValue, text = JSON.stringify(context)): PreparedContext {
  const items = isJsonArray(context) ? context : [context];
  const elements = items.map((item) => {
    if (item === null || typeof item === 'string') return item;
    if (isJsonObject(item)) return recordOf(item);
    throw new InvalidContextValue(item);
  });
  return { elements, info: inspect(context, text), text: isJsonArray(context) ? text.slice(1, -1) : text };
}

/** A context that is, or has among its elements, a number, a boolean or an array. */
export class InvalidContextValue extends Error {
  override readonly name = 'InvalidContextValue';

  constructor(readonly value: JsonValue) {
    super(`${JSON.stringify(value).slice(0, 40)} is not a context; a context is an IRI, an object, null, or an array of these.`);
  }
}
