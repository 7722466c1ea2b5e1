import type { JsonValue } from '@headwater/linked-data';
import { compactIri, expandIri, type ActiveContext, type TermDefinition } from './processor.js';

/** What a member's name means. */
export type KeyMeaning =
  | { readonly kind: 'dropped' }
  | { readonly kind: 'id' }
  | { readonly kind: 'type' }
  /** A keyword that plain documents do not have. */
  | { readonly kind: 'other' }
  | { readonly kind: 'property'; readonly iri: string; readonly coercion: string | undefined };

/** A term as a property is compacted to, and what matters of its definition. */
export interface CompactKey {
  readonly name: string;
  readonly coercion: string | undefined;
  readonly asSet: boolean;
}

const DROPPED: KeyMeaning = { kind: 'dropped' };
const ID: KeyMeaning = { kind: 'id' };
const TYPE: KeyMeaning = { kind: 'type' };
const OTHER: KeyMeaning = { kind: 'other' };

// As in jsonld: what has no scheme, or a blank, is not absolute.
const ABSOLUTE = /^(?:[A-Za-z][A-Za-z0-9+-.]*|_):[^\s]*$/;
const LONGEST_REMEMBERED = 200;
const SIMPLE_SEGMENT = /^[A-Za-z0-9_~-]+$/;
const SIMPLE_DIRECTORY = /^https?:\/\/[A-Za-z0-9.:-]+(?:\/[A-Za-z0-9_~-]+)*\/$/;

/**
 * An active context in which a term is a name for an IRI, at most with a type or `@set`, or for `@id` or `@type`, and the answers that
 * jsonld gave to questions about it. Answers that depend on more than the context are not kept.
 */
export class PlainContext {
  private readonly meanings = new Map<string, KeyMeaning>();
  private readonly types = new Map<string, string>();
  private readonly compactTypes = new Map<string, string>();
  private readonly compactKeys = new Map<string, Map<string, CompactKey>>();
  private readonly hasPrefixes: boolean;

  constructor(
    private readonly active: ActiveContext,
    private readonly remember: () => void,
  ) {
    this.hasPrefixes = [...active.mappings.values()].some((term) => term?._prefix === true);
  }

  /** The names that ids and types are compacted to. Asked for late: the first compaction costs much, and expansion needs none. */
  get idKey(): string {
    return this.compactType('@id');
  }

  get typeKey(): string {
    return this.compactType('@type');
  }

  meaning(name: string): KeyMeaning {
    const known = this.meanings.get(name);
    if (known !== undefined) return known;
    const meaning = this.findMeaning(name);
    if (name.length <= LONGEST_REMEMBERED) {
      this.remember();
      this.meanings.set(name, meaning);
    }
    return meaning;
  }

  private findMeaning(name: string): KeyMeaning {
    const iri = expandIri(this.active, name, { vocab: true }, null);
    if (iri === null) return DROPPED;
    if (iri === '@id') return ID;
    if (iri === '@type') return TYPE;
    // `isKeyword` is jsonld's to decide; what looks like one and is none has become null above.
    if (iri.startsWith('@')) return OTHER;
    if (!ABSOLUTE.test(iri)) return DROPPED;
    return { kind: 'property', iri, coercion: this.active.mappings.get(name)?.['@type'] };
  }

  /** A type's IRI; null where jsonld takes it for a keyword to come. */
  typeIri(type: string, base: string): string | null {
    const known = this.types.get(type);
    if (known !== undefined) return known;
    const iri = expandIri(this.active, type, { vocab: true, base: true }, base);
    // Without a vocabulary the base decides.
    if (iri !== null && '@vocab' in this.active && type.length <= LONGEST_REMEMBERED) {
      this.remember();
      this.types.set(type, iri);
    }
    return iri;
  }

  idIri(id: string, base: string): string | null {
    // The usual relative reference needs no taking apart; it stands for what jsonld would say, at a tenth of the time.
    if (SIMPLE_SEGMENT.test(id)) {
      const directory = '@base' in this.active ? this.active['@base'] : base;
      if (typeof directory === 'string' && SIMPLE_DIRECTORY.test(directory)) return directory + id;
    }
    return expandIri(this.active, id, { base: true }, base);
  }

  compactId(iri: string): string {
    return this.hasPrefixes ? compactIri(this.active, iri, false) : iri;
  }

  compactType(iri: string): string {
    const known = this.compactTypes.get(iri);
    if (known !== undefined) return known;
    const name = compactIri(this.active, iri, true);
    if (iri.length <= LONGEST_REMEMBERED) {
      this.remember();
      this.compactTypes.set(iri, name);
    }
    return name;
  }

  /** The member that a property's value goes to; `kind` is all that the choice depends on besides the property. */
  compactKey(iri: string, kind: string, value: JsonValue): CompactKey {
    const known = this.compactKeys.get(iri)?.get(kind);
    if (known !== undefined) return known;
    const name = compactIri(this.active, iri, true, value);
    const term = this.active.mappings.get(name);
    const key = { name, coercion: term?.['@type'], asSet: term?.['@container']?.includes('@set') === true };
    if (iri.length + kind.length <= 2 * LONGEST_REMEMBERED) {
      this.remember();
      const byKind = this.compactKeys.get(iri) ?? new Map<string, CompactKey>();
      this.compactKeys.set(iri, byKind.set(kind, key));
    }
    return key;
  }
}

/** Finds the plain contexts among active ones, and bounds what they remember, all together. */
export class PlainContexts {
  private known = new WeakMap<ActiveContext, PlainContext | 'not plain'>();
  private remembered = 0;

  private readonly count = (): void => {
    this.remembered++;
  };

  constructor(private readonly limit: number) {}

  of(active: ActiveContext): PlainContext | undefined {
    if (this.remembered > this.limit) {
      this.known = new WeakMap();
      this.remembered = 0;
    }
    let context = this.known.get(active);
    if (context === undefined) {
      context = isPlain(active) ? new PlainContext(active, this.count) : 'not plain';
      this.known.set(active, context);
    }
    return context === 'not plain' ? undefined : context;
  }
}

function isPlain(active: ActiveContext): boolean {
  if ('@language' in active || '@direction' in active || active.previousContext !== undefined) return false;
  for (const [name, term] of active.mappings) if (name.startsWith('@') || !isPlainTerm(term)) return false;
  return true;
}

const PLAIN_MEMBERS: ReadonlySet<string> = new Set(['@id', '@type', '@container', 'reverse', 'protected', '_prefix', '_termHasColon']);

function isPlainTerm(term: TermDefinition | null): boolean {
  if (term === null || term.reverse === true) return false;
  const id = term['@id'];
  if (typeof id !== 'string' || (id.startsWith('@') && id !== '@id' && id !== '@type')) return false;
  const type = term['@type'];
  if (type?.startsWith('@') === true && type !== '@id') return false;
  if (term['@container']?.some((container) => container !== '@set') === true) return false;
  if (id.startsWith('@') && (type !== undefined || term['@container'] !== undefined)) return false;
  return Object.keys(term).every((name) => PLAIN_MEMBERS.has(name));
}
