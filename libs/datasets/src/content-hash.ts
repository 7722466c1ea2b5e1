import { hash } from 'node:crypto';
import { canonicalHash, isJsonObject, member, type JsonSource } from '@headwater/linked-data';

const IGNORED = { ignore: [['meta', 'modified']] } as const;
const SHORT = 11;

/**
 * The hash of a content: `{of all but meta.modified}[.{of meta.modified}]`, ignoring the order of members. What is equal under it is
 * unchanged: a push compares the first part (datasets.md ruling 14), an update by its own request both (resources.md ruling 5). Numbers are
 * compared by value, those that a double cannot hold by all their digits.
 */
export function contentHash(source: JsonSource): string {
  const of = canonicalHash(source, IGNORED);
  const meta = isJsonObject(source.value) ? member(source.value, 'meta') : undefined;
  const modified = isJsonObject(meta) ? member(meta, 'modified') : undefined;
  return modified === undefined ? of : `${of}.${hash('sha256', JSON.stringify(modified), 'base64url').slice(0, SHORT)}`;
}
