import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@headwater/linked-data';
import { inspect, type ContextInfo } from './context-info.js';
import { mark } from './hostile-names.js';
import type { ActiveContext, Processed } from './processor.js';

/** One context object as jsonld is to see it, with what processing it has given so far: by base, then by what it was processed on top of. */
export interface ContextRecord {
  readonly document: JsonObject;
  readonly info: ContextInfo;
  readonly processed: Map<string, Map<ActiveContext, Entry>>;
}

/** A context of a document or a resource, taken apart: strings are references still to be resolved, null resets. */
export interface PreparedContext {
  readonly elements: readonly (string | ContextRecord | null)[];
  readonly info: ContextInfo;
  /** JSON text of the elements, comma-separated. */
  readonly text: string;
}

interface Entry {
  readonly value: Processed;
  readonly weight: number;
  readonly record: ContextRecord;
  readonly base: string;
  readonly active: ActiveContext;
  /** The last sweep before which it was used. */
  sweep: number;
}

export interface ContextCacheLimits {
  /** Terms in all processed contexts together; a term takes about 2 KB there. */
  readonly cachedTerms: number;
  /** Characters of all inline contexts together, each taken for 1,000 more than it has. */
  readonly cachedContextChars: number;
}

/** What a context costs besides its text: records, maps, lists. */
const ENTRY_CHARS = 1_000;

/**
 * Keeps contexts between documents, within bounds: inline ones by their text, loaded ones by identity, and what processing gave. What was
 * used lately stays; a hit moves nothing, as lists in order of use cost more than they save here. Belongs to one reader and serves all
 * projects: what depends on a project's base is kept by base.
 */
export class ContextCache {
  private recent = new Map<string, PreparedContext>();
  private recentChars = 0;
  private earlier = new Map<string, PreparedContext>();
  private readonly loaded = new WeakMap<object, PreparedContext>();
  private readonly entries = new Set<Entry>();
  private terms = 0;
  private sweeps = 0;

  constructor(private readonly limits: ContextCacheLimits) {}

  /**
   * A context that stands in a document; `text` is its JSON text.
   *
   * @throws InvalidContextValue
   */
  inlineContext(context: JsonValue, text: string): PreparedContext {
    const recent = this.recent.get(text);
    if (recent !== undefined) return recent;
    const prepared = this.earlier.get(text) ?? prepare(context, text);
    const half = this.limits.cachedContextChars / 2;
    const weight = text.length + ENTRY_CHARS;
    if (weight > half / 2) return prepared;
    this.recent.set(text, prepared);
    this.recentChars += weight;
    if (this.recentChars > half) {
      for (const [old, dropped] of this.earlier) if (!this.recent.has(old)) this.forget(dropped);
      this.earlier = this.recent;
      this.recent = new Map();
      this.recentChars = 0;
    }
    return prepared;
  }

  /**
   * A context of a resource or a built-in one: the same object each time.
   *
   * @throws InvalidContextValue
   */
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
    entry.sweep = this.sweeps;
    return entry.value;
  }

  keep(record: ContextRecord, base: string, active: ActiveContext, value: Processed): void {
    const weight = value.context.mappings.size + 1;
    if (weight > this.limits.cachedTerms / 4) return;
    const byActive = record.processed.get(base) ?? new Map<ActiveContext, Entry>();
    const replaced = byActive.get(active);
    if (replaced !== undefined) this.drop(replaced);
    const entry: Entry = { value, weight, record, base, active, sweep: this.sweeps };
    byActive.set(active, entry);
    record.processed.set(base, byActive);
    this.entries.add(entry);
    this.terms += weight;
    if (this.terms > this.limits.cachedTerms) this.sweepOut();
  }

  /** How much is kept, for tests and metrics. */
  size(): { readonly terms: number; readonly entries: number; readonly inlineContexts: number } {
    return { terms: this.terms, entries: this.entries.size, inlineContexts: this.recent.size + this.earlier.size };
  }

  /** Drops what was not used since the last time, and more, oldest first, until half is free: so it is rarely needed. */
  private sweepOut(): void {
    for (const entry of this.entries) if (entry.sweep < this.sweeps) this.drop(entry);
    for (const entry of this.entries) {
      if (this.terms <= this.limits.cachedTerms / 2) break;
      this.drop(entry);
    }
    this.sweeps++;
  }

  private forget(prepared: PreparedContext): void {
    for (const element of prepared.elements) {
      if (element === null || typeof element === 'string') continue;
      for (const byActive of [...element.processed.values()]) for (const entry of [...byActive.values()]) this.drop(entry);
    }
  }

  private drop(entry: Entry): void {
    if (!this.entries.delete(entry)) return;
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

  constructor(value: JsonValue) {
    super(`${JSON.stringify(value).slice(0, 40)} is not a context; a context is an IRI, an object, null, or an array of these.`);
  }
}
