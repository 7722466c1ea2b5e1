import { parseIri } from '@headwater/linked-data';
import type { ListCursor, SortField } from '@headwater/read-models';
import { malformedParameter } from '@headwater/representations';

/** A cursor as `_next` carries it: `[1559045718752,"https://x/id"]` (resources.md 4.4). */
export const cursorText = ({ key, id }: ListCursor): string => JSON.stringify([key, id]);

/** @throws MalformedQueryParamRejection for anything that is no `after` of a `_next` with this sort */
export function readCursor(text: string, field: SortField): ListCursor {
  const value = parsed(text);
  if (!Array.isArray(value) || value.length !== 2) throw malformed("It is not a JSON array of two, as '_next' gives it.");
  const [key, id] = value as readonly unknown[];
  const iri = typeof id === 'string' ? parseIri(id) : undefined;
  if (iri === undefined) throw malformed('Its second element is not the id of a resource.');
  if (field === '@id' ? typeof key !== 'string' : typeof key !== 'number' || !Number.isFinite(key)) {
    throw malformed(`Its first element does not belong to a listing that is sorted by '${field}'.`);
  }
  return { key: key as string | number, id: iri };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('It is not JSON.');
  }
}

const malformed = (details: string): Error => malformedParameter('after', details);
