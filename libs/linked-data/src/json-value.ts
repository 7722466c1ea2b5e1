/** A value as JSON.parse gives it. Members named `__proto__`, `constructor` and so on are own properties, that is: data. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object; absent members read as `undefined`. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Tells objects from arrays, scalars and null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells arrays from everything else; `Array.isArray` alone does not narrow a readonly array. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** An own member, never an inherited one: `value.constructor` of a parsed object would be a function. */
export function member(value: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
