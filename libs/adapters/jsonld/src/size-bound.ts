import { isJsonArray, isJsonObject, type JsonValue } from '@headwater/linked-data';

/** The length of a value's JSON text, or `undefined` once it exceeds `limit`. Strings that many members share cost memory only in the text. */
export function jsonLength(value: JsonValue, limit: number): number | undefined {
  let length = 0;
  const add = (part: JsonValue): boolean => {
    if (typeof part === 'string') length += part.length + 3;
    else if (isJsonArray(part)) {
      length += 2;
      for (const item of part) if (!add(item)) return false;
    } else if (isJsonObject(part)) {
      length += 2;
      for (const name of Object.keys(part)) {
        length += name.length + 4;
        if (!add(part[name] ?? null)) return false;
      }
    } else length += 8;
    return length <= limit;
  };
  return add(value) ? length : undefined;
}
