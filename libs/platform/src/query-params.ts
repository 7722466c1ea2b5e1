import { malformedParameter, missingParameter } from '@headwater/representations';

/** A request's query as it was parsed: values of a name that occurs several times in an array. */
export type ParsedQuery = Readonly<Record<string, unknown>>;

export interface IntegerBounds {
  readonly min?: number;
  readonly max?: number;
}

const INTEGER = /^[+-]?\d{1,15}$/;

/**
 * The parameters of a query, read one at a time. What cannot be read is refused as resources.md 2.5 says; unknown names are nobody's mistake.
 */
export class QueryParams {
  readonly #query: ParsedQuery;

  constructor(query: unknown) {
    this.#query = typeof query === 'object' && query !== null ? (query as ParsedQuery) : {};
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#query, name);
  }

  /** Every value of a name, in order. */
  all(name: string): readonly string[] {
    if (!this.has(name)) return NONE;
    const value = this.#query[name];
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value.map(String) : NONE;
  }

  /** The value of a name that may be given once. @throws MalformedQueryParamRejection where it is given several times. */
  one(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#query[name];
    if (typeof value === 'string') return value;
    throw malformedParameter(name, 'It was given more than once, but only one value can be used.');
  }

  /** @throws MissingQueryParam, MalformedQueryParamRejection */
  required(name: string): string {
    const value = this.one(name);
    if (value === undefined) throw missingParameter(name);
    return value;
  }

  /** @throws MalformedQueryParamRejection for what is no whole number, or lies outside the bounds. */
  integer(name: string, { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: IntegerBounds = {}): number | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    if (!INTEGER.test(value)) throw malformedParameter(name, `'${shown(value)}' is not a valid whole number.`);
    const number = Number(value);
    if (number < min || number > max) throw malformedParameter(name, `'${shown(value)}' is not ${between(min, max)}.`);
    return number;
  }

  /** @throws MalformedQueryParamRejection for anything but `true` and `false`. */
  boolean(name: string): boolean | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    if (value === 'true') return true;
    if (value === 'false') return false;
    throw malformedParameter(name, `'${shown(value)}' is not a valid Boolean value: 'true' and 'false' are.`);
  }

  /** @throws MalformedQueryParamRejection for a value that is not among those allowed. */
  oneOf<const Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    throw malformedParameter(name, `'${shown(value)}' is not allowed: ${allowed.map((one) => `'${one}'`).join(' or ')} are.`);
  }

  /** Refuses a parameter where it has no place: `rev` when something is created. @throws MalformedQueryParamRejection */
  mustNotHave(name: string): void {
    if (this.has(name)) throw malformedParameter(name, 'the provided query parameter should not be present');
  }
}

/** A revision is a positive 32-bit whole number (resources.md 1.1). */
export const MAX_REVISION = 2_147_483_647;

/** `rev`, where a write needs it. @throws MissingQueryParam, MalformedQueryParamRejection */
export function requiredRev(query: QueryParams): number {
  const rev = optionalRev(query);
  if (rev === undefined) throw missingParameter('rev');
  return rev;
}

/** @throws MalformedQueryParamRejection */
export const optionalRev = (query: QueryParams): number | undefined => query.integer('rev', { min: 1, max: MAX_REVISION });

const NONE: readonly string[] = [];
const SHOWN = 100;

const shown = (value: string): string => (value.length > SHOWN ? `${value.slice(0, SHOWN)}...` : value);

function between(min: number, max: number): string {
  if (max === Number.MAX_SAFE_INTEGER) return `at least ${String(min)}`;
  if (min === Number.MIN_SAFE_INTEGER) return `at most ${String(max)}`;
  return `between ${String(min)} and ${String(max)}`;
}
