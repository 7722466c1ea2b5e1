import {
  builtinContext,
  InvalidDocument,
  isIri,
  isJsonObject,
  member,
  type ContextLoader,
  type FormatCause,
  type Iri,
  type JsonValue,
  type UsedContext,
} from '@headwater/linked-data';
import { unmark } from './hostile-names.js';
import { InvalidContextValue, recordOf, type ContextCache, type ContextRecord, type PreparedContext } from './context-cache.js';
import type { ContextInfo } from './context-info.js';
import { INITIAL_CONTEXT, repair, type ActiveContext, type ContextResolver, type Processed, type ResolvedContext } from './processor.js';

export interface ContextLimits {
  /** Contexts that a document may use by IRI, directly or not. */
  readonly maxContexts: number;
  /** Characters of all contexts that a document uses, together. */
  readonly maxContextChars: number;
  /** Length of a term or an IRI in a context. */
  readonly maxContextString: number;
  /** Term definitions that may be made or copied while a document is read; nested contexts copy all those around them. */
  readonly maxContextWork: number;
}

interface Found {
  readonly prepared: PreparedContext;
}

/** The contexts of one document while it is read: finds them, counts them, and hands them to jsonld. */
export class ContextSession {
  private readonly found = new Map<Iri, Found>();
  private readonly uses: UsedContext[] = [];
  private chars = 0;
  private work = 0;
  private firstFailure: { readonly error: unknown } | undefined;
  private anyHostile = false;

  constructor(
    private readonly cache: ContextCache,
    private readonly loader: ContextLoader,
    private readonly limits: ContextLimits,
    private readonly id: Iri | undefined,
  ) {}

  get contexts(): readonly UsedContext[] {
    return this.uses;
  }

  /** Characters of all contexts used, an upper bound for the IRIs that a term can become. */
  get totalChars(): number {
    return this.chars;
  }

  /** Whether any context has names that are marked, so that marks may stand in the output. */
  get hostile(): boolean {
    return this.anyHostile;
  }

  /** The document's own context: known by its text, and handed to jsonld as `root` rather than by value. */
  async open(context: JsonValue, text: string): Promise<PreparedContext> {
    let prepared: PreparedContext;
    try {
      prepared = this.cache.inlineContext(context, text);
    } catch (error) {
      throw this.asFormatError(error);
    }
    this.count(prepared.info);
    await this.ensure(prepared.info.references);
    return prepared;
  }

  /** A resolver for one of jsonld's algorithms. `root` stands for `elements` wherever jsonld meets it as a context. */
  resolver(mode: 'expand' | 'compact', base: Iri, root: object, elements: readonly (string | ContextRecord | null)[]): ContextResolver {
    const key = mode === 'compact' ? COMPACTING : base;
    const rootContexts = nonEmpty(elements.flatMap((element) => this.resolved(element, mode, key, [])));
    return {
      resolve: ({ context }) => {
        if (context === root) return rootContexts;
        return this.guarded(() => this.resolve(context, mode, key));
      },
    };
  }

  /**
   * What processing `elements` gives, where all of it is at hand: then nothing has to be processed, nor waited for. Not for contexts that
   * reset, import, do not propagate, or have hostile names: what follows from these is left to jsonld.
   */
  processed(mode: 'expand' | 'compact', base: Iri, elements: readonly (string | ContextRecord | null)[]): ActiveContext | undefined {
    return this.follow(INITIAL_CONTEXT, elements, mode === 'compact' ? COMPACTING : base, 0);
  }

  private follow(
    from: ActiveContext,
    elements: readonly (string | ContextRecord | null)[],
    key: string,
    depth: number,
  ): ActiveContext | undefined {
    let active: ActiveContext | undefined = from;
    for (const element of elements) {
      if (element === null) return undefined;
      if (typeof element === 'string') {
        const found = this.found.get(element as Iri);
        // Deeper than there are contexts means in a circle.
        if (found === undefined || depth > this.found.size) return undefined;
        active = this.follow(active, found.prepared.elements, key, depth + 1);
      } else {
        if (element.info.hostile || element.info.special) return undefined;
        active = this.cache.find(element, element.info.dependsOnBase ? key : '', active)?.context;
      }
      if (active === undefined) return undefined;
    }
    return active;
  }

  /** The failure that jsonld may have wrapped or swallowed: an `InvalidDocument`, or whatever the loader threw. */
  get failure(): { readonly error: unknown } | undefined {
    return this.firstFailure;
  }

  private resolve(
    context: unknown,
    mode: 'expand' | 'compact',
    key: string,
  ): readonly ResolvedContext[] | Promise<readonly ResolvedContext[]> {
    const value = unwrap(context as JsonValue);
    const items = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
    const elements = items.map((item): string | ContextRecord | null => {
      if (item === null) return item;
      if (typeof item === 'string') return unmark(item);
      const text = JSON.stringify(item);
      const [record] = this.cache.inlineContext(item, text).elements;
      // An element of the list is one element again, and never null or a string here.
      if (record === undefined || record === null || typeof record === 'string') throw new InvalidContextValue(item);
      this.count(record.info);
      return record;
    });
    const references = elements.flatMap((element) => {
      if (element === null) return [];
      return typeof element === 'string' ? [element] : element.info.references;
    });
    const missing = references.filter((iri) => !this.found.has(iri as Iri));
    const finish = (): readonly ResolvedContext[] => nonEmpty(elements.flatMap((element) => this.resolved(element, mode, key, [])));
    return missing.length === 0 ? finish() : this.ensure(missing).then(finish);
  }

  /** Looks up the named contexts, and those that they name, level by level. */
  private async ensure(references: readonly string[]): Promise<void> {
    let level = references;
    while (level.length > 0) {
      const fresh = new Set<Iri>();
      for (const reference of level) {
        if (!isIri(reference)) throw this.error({ kind: 'InvalidIri', keyword: '@context', value: reference });
        if (!this.found.has(reference)) fresh.add(reference);
      }
      if (fresh.size === 0) return;
      if (this.found.size + fresh.size > this.limits.maxContexts) {
        throw this.error({ kind: 'TooManyContexts', limit: this.limits.maxContexts });
      }
      const asked = [...fresh].filter((iri) => builtinContext(iri) === undefined);
      const loaded = asked.length === 0 ? undefined : await this.loader.load(asked);
      const next: string[] = [];
      for (const iri of fresh) {
        const builtin = builtinContext(iri);
        const resource = loaded?.get(iri);
        if (builtin !== undefined) this.uses.push({ iri, kind: 'builtin' });
        else if (resource !== undefined) this.uses.push({ iri, kind: 'resource', project: resource.project, rev: resource.rev });
        else throw this.error({ kind: 'ContextNotFound', iri });
        const context = builtin === undefined ? resource?.context : member(builtin, '@context');
        const prepared = this.prepare(context ?? null);
        this.found.set(iri, { prepared });
        this.count(prepared.info);
        next.push(...prepared.info.references);
      }
      level = next;
    }
  }

  private prepare(context: JsonValue): PreparedContext {
    try {
      return this.cache.loadedContext(context);
    } catch (error) {
      throw this.asFormatError(error);
    }
  }

  /** What an element is for jsonld; `through` are the references on the way, which must not come again. */
  private resolved(
    element: string | ContextRecord | null,
    mode: 'expand' | 'compact',
    key: string,
    through: readonly string[],
  ): readonly ResolvedContext[] {
    if (element === null) return [RESET];
    if (typeof element !== 'string') return [this.attach(this.withImport(element, through), mode, key)];
    if (through.includes(element)) throw this.error({ kind: 'CircularContexts', iris: [...through, element] });
    const found = this.found.get(element as Iri);
    if (found === undefined) throw this.error({ kind: 'ContextNotFound', iri: element });
    const onTheWay = [...through, element];
    return found.prepared.elements.flatMap((inner) => this.resolved(inner, mode, key, onTheWay));
  }

  /**
   * `@import` is merged here, as JSON-LD 1.1 says it is to be: jsonld would write the imported terms into the importing context, which is
   * kept for other projects too. The result is made anew each time.
   */
  private withImport(record: ContextRecord, through: readonly string[]): ContextRecord {
    const written = member(record.document, '@import');
    if (typeof written !== 'string') return record;
    const reference = unmark(written);
    if (through.includes(reference)) throw this.error({ kind: 'CircularContexts', iris: [...through, reference] });
    const [imported, ...others] = this.found.get(reference as Iri)?.prepared.elements ?? [];
    if (others.length > 0 || imported === null || imported === undefined || typeof imported === 'string') {
      throw this.error({
        kind: 'Syntax',
        stage: 'expanding',
        code: 'invalid remote context',
        message: `'${reference}' is not one context`,
      });
    }
    if (Object.hasOwn(imported.document, '@import')) {
      throw this.error({ kind: 'Syntax', stage: 'expanding', code: 'invalid context entry', message: `'${reference}' imports in turn` });
    }
    const { '@import': _, ...own } = record.document;
    const merged = recordOf({ ...imported.document, ...own });
    // Marks that are in the parts stay in the whole, whatever its own look gives.
    return { ...merged, info: { ...merged.info, hostile: merged.info.hostile || record.info.hostile || imported.info.hostile } };
  }

  private attach(record: ContextRecord, mode: 'expand' | 'compact', key: string): ResolvedContext {
    if (record.info.hostile) this.anyHostile = true;
    const base = record.info.dependsOnBase ? key : '';
    return {
      document: record.document,
      getProcessed: (active) => this.cache.find(record, base, active) ?? this.spend(active.mappings.size + record.info.terms),
      setProcessed: (active: ActiveContext, processed: Processed) => {
        // Compacted IRIs stay absolute (the ids of nested nodes as the root's, ruling 15); jsonld 9 would make `a:b` of `{base}a:b`.
        if (mode === 'compact' && '@base' in processed.context) processed.context['@base'] = null;
        repair(processed.context);
        this.cache.keep(record, base, active, processed);
      },
    };
  }

  private spend(work: number): undefined {
    this.work += work;
    if (this.work > this.limits.maxContextWork) throw this.fail({ kind: 'ContextTooLarge', limit: this.limits.maxContextWork });
    return undefined;
  }

  private count(info: ContextInfo): void {
    this.chars += info.size;
    const { maxContextChars, maxContextString } = this.limits;
    if (this.chars > maxContextChars) throw this.error({ kind: 'ContextTooLarge', limit: maxContextChars });
    if (info.longestString > maxContextString) throw this.error({ kind: 'ContextTooLarge', limit: maxContextString });
  }

  private guarded<T>(action: () => T | Promise<T>): T | Promise<T> {
    const note = (error: unknown): never => {
      const noted = this.asFormatError(error);
      this.firstFailure ??= { error: noted };
      throw noted;
    };
    try {
      const result = action();
      return result instanceof Promise ? result.catch(note) : result;
    } catch (error) {
      return note(error);
    }
  }

  private fail(cause: FormatCause): InvalidDocument {
    const error = this.error(cause);
    this.firstFailure ??= { error };
    return error;
  }

  private asFormatError(error: unknown): unknown {
    if (!(error instanceof InvalidContextValue)) return error;
    return this.error({ kind: 'Syntax', stage: 'expanding', code: 'invalid local context', message: error.message });
  }

  private error(cause: FormatCause): InvalidDocument {
    return new InvalidDocument({ code: 'InvalidJsonLdFormat', ...(this.id === undefined ? {} : { id: this.id }), cause });
  }
}

const COMPACTING = '(compacting)';

const RESET: ResolvedContext = { document: null, getProcessed: () => undefined, setProcessed: () => undefined };
const NOTHING: ResolvedContext = {
  document: {},
  getProcessed: (active) => ({ context: active, events: [] }),
  setProcessed: () => undefined,
};

/** jsonld takes a list of at least one. */
function nonEmpty(contexts: readonly ResolvedContext[]): readonly ResolvedContext[] {
  return contexts.length === 0 ? [NOTHING] : contexts;
}

/** A context may come wrapped in an object with an `@context`. */
function unwrap(context: JsonValue): JsonValue {
  const inner = isJsonObject(context) ? member(context, '@context') : undefined;
  return inner ?? context;
}
