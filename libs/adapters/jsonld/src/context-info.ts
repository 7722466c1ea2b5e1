import { isJsonArray, isJsonObject, member, type JsonObject, type JsonValue } from '@headwater/linked-data';
import { isHostile, unmark } from './hostile-names.js';

/** What has to be known about a context before it is processed. */
export interface ContextInfo {
  /** Other contexts that it names, wherever: in arrays, in `@import`, in the scope of a term. */
  readonly references: readonly string[];
  /** Terms, those of scoped contexts included: what processing costs. */
  readonly terms: number;
  /** Length of its JSON text. */
  readonly size: number;
  readonly longestString: number;
  /** It sets `@base`, or a `@vocab` relative to the base: what comes of it depends on more than the active context. */
  readonly dependsOnBase: boolean;
  readonly hostile: boolean;
  /** It says `@import` or `@propagate`: it is more than a set of terms. */
  readonly special: boolean;
}

const ABSOLUTE = /^(?:[A-Za-z][A-Za-z0-9+.-]*|_):/;

/** Looks a context over, once per context; `text` is its JSON text where that is at hand. */
export function inspect(context: JsonValue, text = JSON.stringify(context)): ContextInfo {
  const references = new Set<string>();
  let terms = 0;
  let longestString = 0;
  let dependsOnBase = false;
  let special = false;

  const measure = (value: string): void => {
    if (value.length > longestString) longestString = value.length;
  };
  const visit = (value: JsonValue): void => {
    if (typeof value === 'string') references.add(unmark(value));
    else if (isJsonArray(value)) value.forEach(visit);
    else if (isJsonObject(value)) visitDefinitions(value);
  };
  const visitDefinitions = (definitions: JsonObject): void => {
    for (const [name, definition] of Object.entries(definitions)) {
      terms++;
      measure(name);
      if (name === '@import' || name === '@propagate') special = true;
      if (typeof definition === 'string') {
        measure(definition);
        if (name === '@import') references.add(unmark(definition));
        if (name === '@base' || (name === '@vocab' && !ABSOLUTE.test(definition))) dependsOnBase = true;
      } else if (isJsonObject(definition)) {
        for (const item of Object.values(definition)) if (typeof item === 'string') measure(item);
        const scoped = member(definition, '@context');
        if (scoped !== undefined) visit(scoped);
      }
    }
  };
  visit(context);
  return {
    references: [...references],
    terms,
    size: text.length,
    longestString,
    dependsOnBase,
    hostile: isHostile(context, text),
    special,
  };
}
