import type { CommitKey } from '@headwater/event-sourcing';

/** Keys that share a base or a stream, as one condition over the index (stream, base). */
export type KeysCondition =
  | { readonly base: number; readonly stream: { readonly $in: readonly string[] } }
  | { readonly stream: string; readonly base: { readonly $in: readonly number[] } };

/** A key as one text, for maps: a number comes first, so that no name of a stream makes two keys alike. */
export const keyText = (stream: string, base: number): string => `${base} ${stream}`;

/**
 * Conditions that together are met by these commits and no others: as few as possible, since each is a walk of its own through the index. Many
 * streams mostly share a few low bases; one stream's history has many bases.
 */
export function conditionsOf(keys: readonly CommitKey[]): readonly KeysCondition[] {
  const byBase = Map.groupBy(keys, ({ base }) => base);
  const byStream = Map.groupBy(keys, ({ stream }) => stream);
  return byBase.size <= byStream.size
    ? [...byBase].map(([base, of]) => ({ base, stream: { $in: of.map(({ stream }) => stream) } }))
    : [...byStream].map(([stream, of]) => ({ stream, base: { $in: of.map(({ base }) => base) } }));
}
