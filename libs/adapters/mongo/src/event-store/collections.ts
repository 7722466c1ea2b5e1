import type { CollectionPlan } from '../collections.js';

export const COMMITS = 'commits';
export const RECEIPTS = 'receipts';
export const LEASES = 'leases';
export const RELAYS = 'relays';
export const META = 'meta';
export const TOKEN_KEYS = 'token_keys';

/**
 * Commits are found by stream and base, which is unique: a lost race is a duplicate key. Names of streams are values, never names of fields.
 * The outbox is an index of those that are pending, so it is as small as they are few.
 */
export const EVENT_STORE_COLLECTIONS: readonly CollectionPlan[] = [
  {
    name: COMMITS,
    indexes: [
      { name: 'stream_base', key: { stream: 1, base: 1 }, unique: true },
      { name: 'pending', key: { partition: 1, stream: 1, base: 1 }, partialFilterExpression: { pending: true } },
    ],
  },
  { name: RECEIPTS, indexes: [{ name: 'push_part', key: { push: 1, part: 1 }, unique: true }] },
  { name: LEASES, indexes: [] },
  // Relays that ended without saying so are forgotten.
  { name: RELAYS, indexes: [{ name: 'until', key: { until: 1 }, expireAfterSeconds: 60 }] },
  { name: META, indexes: [] },
  { name: TOKEN_KEYS, indexes: [] },
];
