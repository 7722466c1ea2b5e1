import { SIZES, type Health, type HealthReport, type Metrics } from '@headwater/platform';
import type { StoreObserver, StoreStatus } from '@headwater/sqlite';
import type { OpenedStore } from './store.js';

/** Makes the store's work visible in metrics and health. */
export function observe({ store, observer }: OpenedStore, metrics: Metrics, health: Health): void {
  Object.assign(observer, countedBy(metrics));
  const queued = async (): Promise<number> => (await store.status()).queuedCommits;
  metrics.gauge('headwater_append_queue_commits', 'Commits that wait for the event store.', queued);
  metrics.gauge('headwater_store_bytes', 'Size of the database file.', async () => (await store.status()).databaseBytes);
  health.register('store', async () => healthOf(await store.status()));
}

/** A refused write says that the store is not writable; without another one, it is tried again after this long. */
const REFUSED_COUNTS_MS = 10_000;

function healthOf({ writing, refused }: Pick<StoreStatus, 'writing' | 'refused'>): HealthReport {
  if (!writing) return { status: 'down', reason: 'The store takes no writes at this moment.' };
  if (refused !== undefined && Date.now() - refused.at < REFUSED_COUNTS_MS) return { status: 'down', reason: refused.reason };
  return { status: 'up' };
}

function countedBy(metrics: Metrics): StoreObserver {
  const sizes = metrics.histogram('headwater_append_group_commits', 'Commits that were stored in one transaction.', SIZES).series();
  const seconds = metrics.histogram('headwater_append_group_duration_seconds', 'How long a transaction of appends took.').series();
  const batches = metrics
    .histogram('headwater_projection_batch_entries', 'Entries of the log that were applied in one transaction.', SIZES)
    .series();
  const applying = metrics.histogram('headwater_projection_batch_duration_seconds', 'How long a transaction of projections took.').series();
  return {
    appended(commits, milliseconds) {
      sizes.observe(commits);
      seconds.observe(milliseconds / 1000);
    },
    projected(entries, milliseconds) {
      batches.observe(entries);
      applying.observe(milliseconds / 1000);
    },
  };
}
