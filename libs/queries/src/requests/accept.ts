/** One range of an `Accept` header: `application/ld+json;profile="…";q=0.5`. */
export interface MediaRange {
  /** `type/subtype`, in lower case. */
  readonly name: string;
  /** The JSON-LD forms that are asked for; empty where none is. */
  readonly profiles: readonly string[];
  readonly quality: number;
}

/** The ranges of an `Accept` header (RFC 9110, 12.5.1). What cannot be read is left out, as if it had not been sent. */
export function mediaRanges(header: string): readonly MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const text of splitOutsideQuotes(header, ',')) {
    const [name = '', ...parameters] = splitOutsideQuotes(text, ';').map((part) => part.trim());
    if (name.includes('/')) ranges.push({ name: name.toLowerCase(), ...read(parameters) });
  }
  return ranges;
}

function read(parameters: readonly string[]): Pick<MediaRange, 'profiles' | 'quality'> {
  let quality = 1;
  let profiles: readonly string[] = [];
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = parameter.slice(0, equals).trim().toLowerCase();
    const value = unquoted(parameter.slice(equals + 1).trim());
    if (name === 'q') quality = Math.min(1, Math.max(0, Number(value) || 0));
    if (name === 'profile') profiles = value.split(' ').filter((one) => one !== '');
  }
  return { profiles, quality };
}

const unquoted = (text: string): string => (text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text);

function splitOutsideQuotes(text: string, separator: ',' | ';'): readonly string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    if (character !== separator || quoted) continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return [...parts, text.slice(start)];
}
