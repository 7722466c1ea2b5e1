import { isJsonArray, isJsonObject, member, readJsonSource, type JsonObject, type JsonValue } from '@headwater/linked-data';
import { malformedContent } from '@headwater/representations';

/**
 * A body that is one object with no other fields than these; absent and null are the same.
 *
 * @throws MalformedJson, MalformedRequestContentRejection naming what is wrong.
 */
export class StrictBody {
  readonly #value: JsonObject;

  constructor(bytes: Uint8Array, fields: readonly string[]) {
    const { value } = readJsonSource(bytes);
    this.#value = objectWith(value, fields, 'The body');
  }

  text(name: string): string | undefined {
    const value = this.#get(name);
    if (value !== undefined && typeof value !== 'string') throw malformedContent(`The field '${name}' must be a string.`);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value !== undefined && typeof value !== 'boolean') throw malformedContent(`The field '${name}' must be true or false.`);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.#get(name);
    if (value !== undefined && !Number.isSafeInteger(value)) throw malformedContent(`The field '${name}' must be a whole number.`);
    return value as number | undefined;
  }

  /** Objects with no other fields than these. */
  objects(name: string, fields: readonly string[]): readonly JsonObject[] | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!isJsonArray(value)) throw malformedContent(`The field '${name}' must be an array.`);
    return value.map((item, index) => objectWith(item, fields, `Item ${index} of '${name}'`));
  }

  #get(name: string): Exclude<JsonValue, null> | undefined {
    return member(this.#value, name) ?? undefined;
  }
}

function objectWith(value: JsonValue, fields: readonly string[], what: string): JsonObject {
  if (!isJsonObject(value)) throw malformedContent(`${what} must be a JSON object.`);
  const unknown = Object.keys(value).filter((name) => !fields.includes(name));
  if (unknown.length === 0) return value;
  const names = unknown.map((name) => `'${name.slice(0, 100)}'`).join(', ');
  throw malformedContent(`${what} has unexpected fields: ${names}. Valid fields are ${fields.map((name) => `'${name}'`).join(', ')}.`);
}
