import { randomInt } from 'node:crypto';
import type { JsonSource, JsonValue } from '@headwater/linked-data';

/**
 * Numbers that a double cannot hold, on their way through jsonld: each is replaced by a double that stands nowhere in the text, an ordinary
 * number to all algorithms, and its digits are put back into the texts that come out. Equal digits have one stand-in.
 */
export interface StandIns {
  /** The source's value with stand-ins. */
  readonly value: JsonValue;
  /** The digits that a stand-in is for. */
  digitsOf(value: number): string | undefined;
  /** The text with every stand-in replaced by its digits. */
  restore(text: string): string;
}

const MAX_STAND_INS = 99_999;

/** `undefined` where there are more such numbers than can be told apart. Takes sources that have at least one. */
export function standIns(source: JsonSource): StandIns | undefined {
  const prefix = unusedPrefix(source.text);
  const standInOf = new Map<string, string>();
  const digits: string[] = [];
  let text = '';
  let from = 0;
  for (const { start, end } of source.inexact) {
    const token = source.text.slice(start, end);
    let standIn = standInOf.get(token);
    if (standIn === undefined) {
      if (digits.length >= MAX_STAND_INS) return undefined;
      // 15 significant digits, the last not zero: what a double surely gives back as it was written.
      standIn = `${prefix}${String(digits.length).padStart(5, '0')}1e-270`;
      standInOf.set(token, standIn);
      digits.push(token);
    }
    text += source.text.slice(from, start) + standIn;
    from = end;
  }
  text += source.text.slice(from);
  const pattern = new RegExp(`${prefix.replace('.', '\\.')}(\\d{5})1e-270`, 'g');
  const exact = new Map([...standInOf].map(([token, standIn]) => [Number(standIn), token]));
  return {
    value: JSON.parse(text) as JsonValue,
    digitsOf: (value) => exact.get(value),
    restore: (output) => output.replace(pattern, (standIn, index: string) => digits[Number(index)] ?? standIn),
  };
}

/** Random, so that no text can hold a stand-in on purpose by way of a context. */
function unusedPrefix(text: string): string {
  for (;;) {
    const prefix = `7.${randomInt(10_000_000, 100_000_000)}`;
    if (!text.includes(prefix)) return prefix;
  }
}
