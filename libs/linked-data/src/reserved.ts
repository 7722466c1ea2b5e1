import { InvalidDocument } from './document.js';
import type { Iri } from './iri.js';
import { CTX, NXV } from './vocabulary.js';

/**
 * Refuses ids and types that belong to the platform (spec/resources.md 3.5). Not part of reading, as other checks come before it (3.8).
 *
 * @throws InvalidDocument with `ReservedResourceId` or `ReservedResourceTypes`
 */
export function mustNotBeReserved({ id, types }: { readonly id: Iri; readonly types: readonly Iri[] }): void {
  if (isReservedId(id)) throw new InvalidDocument({ code: 'ReservedResourceId', id });
  const reserved = types.filter(isReservedType);
  if (reserved.length > 0) throw new InvalidDocument({ code: 'ReservedResourceTypes', types: reserved });
}

/** Ids below the platform's contexts cannot be written. */
export function isReservedId(id: Iri): boolean {
  return id.startsWith(CTX.iri);
}

/** Types of the platform's vocabulary are for its own entities. */
export function isReservedType(type: Iri): boolean {
  return type.startsWith(NXV.iri);
}
