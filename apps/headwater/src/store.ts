import type { Health, HeadwaterConfig, Metrics } from '@headwater/platform';
import { SIZES } from '@headwater/platform';
import { openSqliteStore, type SqliteStore, type StoreObserver } from '@headwater/sqlite';

/**
 * Opens the store in the data folder, within the configuration's bounds.
 *
 * @throws DataFolderInUse, DataFolderTooNew, DataFolderUnreadable
 */
export async function openStore(config: HeadwaterConfig, metrics: Metrics, health: Health): Promise<SqliteStore> {
  const store = await openSqliteStore({
    dataDir: config.dataDir,
    bounds: { queuedCommits: config.appendQueueMax, queuedCharacters: config.appendQueueBytes, maxBytes: config.maxDataBytes },
    observer: observed(metrics),
  });
  metrics.gauge(
    'headwater_append_queue_commits',
    'Commits that wait for the event store.',
    async () => (await store.status()).queuedCommits,
  );
  metrics.gauge('headwater_store_bytes', 'Size of the database file.', async () => (await store.status()).databaseBytes);
  health.register('store', async () => {
    const { writing } = await store.status();
    return writing ? { status: 'up' } : { status: 'down', reason: 'The store takes no writes at this moment.' };
  });
  return store;
}

/** What the store tells of its work, as metrics. */
function observed(metrics: Metrics): StoreObserver {
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
